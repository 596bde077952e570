#!/usr/bin/env bash
# Glow-TTS on LibriTTS or LibriTTS-R in three stages; run.sh --help lists the options, docs/recipes.md explains them.
#
#   bash recipes/libritts/run.sh --stage 1
#   bash recipes/libritts/run.sh --stage 2 --name glowtts_libritts --gpu 0
#   bash recipes/libritts/run.sh --stage 3 --infer_expt_dir ckpts/tts/glowtts_libritts --infer_mode single \
#       --infer_text "This sentence was never recorded." --vocoder_dir hifigan
set -euo pipefail
RECIPE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export RECIPE
exec bash "$RECIPE/../staged.sh" "$@"
