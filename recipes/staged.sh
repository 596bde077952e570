#!/usr/bin/env bash
# The staged recipe of Glow-TTS, with the arguments of Amphion's; `recipes/ljspeech/run.sh` and `recipes/libritts/run.sh`
# call it. Every stage is a few `glowvox` commands. docs/recipes.md explains it.
set -euo pipefail

usage() {
  cat <<'TEXT'
run.sh --stage STAGE [options] [-- options of `glowvox train`]

  -s, --stage           1 features, 2 training, 3 inference; 1-3 runs all of them, 2-3 the last two
  -c, --config          exp_config.json   [default: the one beside run.sh]
  -n, --name            name of the run   (stage 2)
      --gpu             devices to see, as 0 or 0,1   [default: 0]
      --num_workers     processes of stage 1   [default: one a core]

  Stage 3:
      --infer_expt_dir     folder of the run, or of an experiment of Amphion's   [default: LOG_DIR/NAME]
      --infer_output_dir   [default: EXPT_DIR/result]
      --infer_mode         single or batch
      --infer_text         what to say   (single)
      --infer_dataset      name of the dataset   (batch)
      --infer_testing_set  train, val or test   (batch)
      --test_list_file     a table of texts instead: id, tab, text, tab, speaker   (batch)
      --speaker_name       who speaks; in a batch, where the table does not say   [default: the first]
      --vocoder_dir        folder of a HiFi-GAN (g_* and config.json, or Amphion's), or a vocoder of glowvox
                           [default: Griffin-Lim]
      --noise_scale        [default: 0.667]
      --length_scale       above 1 is slower   [default: 1.0]
TEXT
}

fail() { printf 'error: %s\n' "$1" >&2; exit 2; }

config= name= stage= gpu=0 workers=
expt= out= mode= text= dataset= split= list= speaker= vocoder= noise=0.667 length=1.0
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help) usage; exit 0 ;;
    --) shift; break ;;
    -* ) [ $# -ge 2 ] || fail "$1 needs a value" ;;
  esac
  case $1 in
    -c | --config) config=$2 ;;
    -n | --name) name=$2 ;;
    -s | --stage) stage=$2 ;;
    --gpu) gpu=$2 ;;
    --num_workers) workers=$2 ;;
    --infer_expt_dir) expt=$2 ;;
    --infer_output_dir) out=$2 ;;
    --infer_mode) mode=$2 ;;
    --infer_text) text=$2 ;;
    --infer_dataset) dataset=$2 ;;
    --infer_testing_set) split=$2 ;;
    --test_list_file) list=$2 ;;
    --speaker_name) speaker=$2 ;;
    --vocoder_dir) vocoder=$2 ;;
    --noise_scale) noise=$2 ;;
    --length_scale) length=$2 ;;
    *) fail "unknown option $1; run.sh --help lists them" ;;
  esac
  shift 2
done

case $stage in
  1 | 2 | 3) first=$stage last=$stage ;;
  [1-3]-[1-3]) first=${stage%-*} last=${stage#*-} ;;
  '') fail 'say which stage: --stage 1, 2, 3 or 1-3' ;;
  *) fail "--stage $stage: expected 1, 2, 3 or a range as 1-3" ;;
esac
config=${config:-${RECIPE:?call run.sh of ljspeech or libritts}/exp_config.json}
export CUDA_VISIBLE_DEVICES=$gpu

runs_stage() { [ "$first" -le "$1" ] && [ "$1" -le "$last" ]; }
# what can be known to be missing is asked for before anything is done
if runs_stage 2 && [ -z "$name" ]; then fail 'stage 2 needs the name of the run: --name'; fi
if runs_stage 3; then
  [ -n "$expt$name" ] || fail 'stage 3 needs the folder of the run: --infer_expt_dir'
  case $mode in
    single) [ -n "$text" ] || fail '--infer_mode single needs what to say: --infer_text' ;;
    batch) [ -n "$list" ] || { [ -n "$dataset" ] && [ -n "$split" ]; } ||
      fail '--infer_mode batch needs --infer_dataset and --infer_testing_set, or --test_list_file' ;;
    *) fail "--infer_mode ${mode:-is missing}: expected single or batch" ;;
  esac
fi

# reads the settings file: the folders it names, and prepare.toml and train.toml in the folder `settings`
settings() {
  local told key value
  told=$(glowvox import amphion-config "$config")
  corpora=()
  while IFS='=' read -r key value; do
    case $key in
      corpus) corpora+=("$value") ;;
      prepared) prepared=$value ;;
      runs) runs=$value ;;
      settings) settings=$value ;;
    esac
  done <<<"$told"
}

if runs_stage 1; then
  printf 'Stage 1: features\n'
  settings
  glowvox data prepare "${corpora[@]}" --config "$settings/prepare.toml" -o "$prepared" ${workers:+--workers "$workers"}
fi

if runs_stage 2; then
  printf 'Stage 2: training of %s\n' "$name"
  settings
  [ -f "$prepared/index.jsonl" ] || fail "$prepared: no features yet; run stage 1"
  glowvox train "$prepared" --run "$runs/$name" --config "$settings/train.toml" "$@"
fi

if runs_stage 3; then
  printf 'Stage 3: inference\n'
  settings
  expt=${expt:-$runs/$name}
  out=${out:-$expt/result}
  run=$expt
  if [ ! -f "$run/run.toml" ]; then # an experiment of Amphion's: brought in once
    run=$expt/glowvox
    [ -f "$run/run.toml" ] || glowvox import glow-tts "$expt" -o "$run"
  fi
  mkdir -p "$out"
  if [ -d "$vocoder" ] && [ ! -f "$vocoder/run.toml" ]; then # a published HiFi-GAN: brought in once for each folder
    imported=$out/$(printf '%s' "$vocoder" | cksum | cut -d ' ' -f 1).vocoder.safetensors
    [ -f "$imported" ] || glowvox import hifi-gan "$vocoder" --mel-of "$run" -o "$imported"
    vocoder=$imported
  fi
  say=(glowvox say --voice "$run" --noise-scale "$noise" --length-scale "$length")
  [ -z "$vocoder" ] || say+=(--vocoder "$vocoder")
  [ -z "$speaker" ] || say+=(--speaker "$speaker")
  if [ "$mode" = single ]; then
    mkdir -p "$out/single"
    "${say[@]}" -o "$out/single/test_pred.wav" "$text"
  else
    if [ -z "$list" ]; then
      list=$out/$split.tsv
      glowvox data list "$(dirname "$prepared")/$dataset" --split "$split" >"$list"
    fi
    "${say[@]}" --batch "$list" --output-dir "$out/batch"
  fi
fi
