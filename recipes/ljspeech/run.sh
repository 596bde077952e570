#!/usr/bin/env bash
# Glow-TTS on LJ Speech in three stages; run.sh --help lists the options, docs/recipes.md explains them.
#
#   bash recipes/ljspeech/run.sh --stage 1
#   bash recipes/ljspeech/run.sh --stage 2 --name glowtts_ljspeech --gpu 0
#   bash recipes/ljspeech/run.sh --stage 3 --infer_expt_dir ckpts/tts/glowtts_ljspeech --infer_mode single \
#       --infer_text "This sentence was never recorded." --vocoder_dir hifigan
set -euo pipefail
RECIPE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export RECIPE
exec bash "$RECIPE/../staged.sh" "$@"
