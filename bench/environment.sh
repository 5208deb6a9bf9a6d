# shellcheck shell=sh
# For the scripts beside this one, to be read by them: goes to the tree's root and says what the
# measurements run on, the release build and the real photographs, which it fetches where they are
# not there.
cd "$(dirname "$0")/.." || exit
LIKENESS_BINARY=${LIKENESS_BINARY:-$PWD/build/release/likeness}
LIKENESS_PHOTOS=${LIKENESS_PHOTOS:-$PWD/build/photos}
export LIKENESS_BINARY LIKENESS_PHOTOS PYTHONPATH=tests/e2e:bench/measure PYTHONDONTWRITEBYTECODE=1
[ -d "$LIKENESS_PHOTOS" ] || tests/support/fetch_photos.sh "$LIKENESS_PHOTOS"
