#!/bin/sh
# Make an audiobook with chapters, a cover and music: lake.m4b, in the folder that is named or in out/lake.
# Castline has to run: `make dev` in another terminal, or CASTLINE_API. `make example` starts one for itself.
set -e
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-out/lake}
PATH="$here/../../.venv/bin:$PATH"

python "$here/make_clips.py" "$out"
castline say "$here/lake.md" -o "$out/lake.m4b" --force \
  --voice 旁白=zh-TW-HsiaoChenNeural --voice 小雨=zh-TW-HsiaoYuNeural --voice 阿哲=zh-TW-YunJheNeural \
  --title 湖上的清晨 --author Castline --album 慢遊臺北 --cover "$out/cover.png" \
  --quality studio --loudness audiobook --gap 600 \
  --intro "$out/intro.wav" --intro-overlap 2s \
  --bed "$out/bed.wav" --bed-gain -14 --duck 8 \
  --outro "$out/outro.wav" --outro-overlap 1s
castline jobs timings last --level chapter
