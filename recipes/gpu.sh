#!/usr/bin/env bash
# A GPU that is lent for minutes: the vocoder first, which gains most, then the acoustic model, both in bf16.
#
#   bash recipes/gpu.sh PREPARED OUT [MINUTES_FOR_THE_VOCODER [MINUTES_FOR_THE_VOICE]]
#
# PREPARED is a folder of `glowvox data prepare --sound`, made before on any machine. Here no library for audio, text or
# pictures is needed, and no installation of glowvox: torch, lightning-fabric, numpy, msgspec, click, safetensors and
# tomli-w are enough. The same command goes on where the last one stopped; OUT is all there is to bring back.
set -euo pipefail

if [ $# -lt 2 ] || [ $# -gt 4 ]; then
  printf 'usage: bash recipes/gpu.sh PREPARED OUT [MINUTES_FOR_THE_VOCODER [MINUTES_FOR_THE_VOICE]]\n' >&2
  exit 2
fi
prepared=$1 out=$2 vocoder=${3:-9} voice=${4:-9}
here=$(cd "$(dirname "$0")/.." && pwd)
export PYTHONPATH="$here/src"

python -m glowvox train "$prepared" --preset istft-fast -o "$out/vocoder" --max-minutes "$vocoder"
python -m glowvox train "$prepared" --config "$here/recipes/voice.toml" -o "$out/voice" --max-minutes "$voice"
