package unpack

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
)

// uclPacker packs with the UCL library, whose codecs these are: argument one is
// the codec (nrv2b, nrv2d, nrv2e), two the bytes of a word of bits, three the level; input to output.
const uclPacker = `#include <ucl/ucl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(int c, char **v) {
  unsigned char *in = malloc(1 << 22), *out = malloc(1 << 23);
  ucl_uint n = fread(in, 1, 1 << 22, stdin), m = 0;
  int r, level = atoi(v[3]);
  struct ucl_compress_config_t conf, *k = &conf;
  memset(&conf, 0xff, sizeof conf); /* the library's own choice */
  conf.bb_endian = 0;
  conf.bb_size = 8 * atoi(v[2]);
  ucl_uint *no = NULL;
  if (ucl_init() != UCL_E_OK) return 2;
  if (!strcmp(v[1], "nrv2b")) r = ucl_nrv2b_99_compress(in, n, out, &m, NULL, level, k, no);
  else if (!strcmp(v[1], "nrv2d")) r = ucl_nrv2d_99_compress(in, n, out, &m, NULL, level, k, no);
  else r = ucl_nrv2e_99_compress(in, n, out, &m, NULL, level, k, no);
  if (r != UCL_E_OK) return 3;
  fwrite(out, 1, m, stdout);
  return 0;
}
`

func TestNRVOfLibrary(t *testing.T) {
	need(t, "gcc")
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "p.c"), []byte(uclPacker))
	if out, err := exec.Command("gcc", "-o", filepath.Join(dir, "p"), filepath.Join(dir, "p.c"), "-lucl").CombinedOutput(); err != nil {
		t.Skipf("the UCL library is not here to pack with (libucl-dev): %s", bytes.TrimSpace(out))
	}
	for _, form := range []string{"nrv2b", "nrv2d", "nrv2e"} {
		for _, how := range []struct {
			unit  int
			level string
		}{{1, "1"}, {1, "9"}, {2, "5"}, {4, "1"}, {4, "7"}, {4, "9"}} {
			for i, f := range packedFiles() {
				if len(f.content) == 0 {
					continue
				}
				cmd := exec.Command(filepath.Join(dir, "p"), form, strconv.Itoa(how.unit), how.level)
				cmd.Stdin = bytes.NewReader(f.content)
				packed, err := cmd.Output()
				if err != nil {
					t.Fatal(err)
				}
				got, err := nrv{form[4], how.unit}.decode(packed, len(f.content))
				if err != nil || !bytes.Equal(got, f.content) {
					t.Errorf("%s %+v file %d: %d bytes of %d, %v", form, how, i, len(got), len(f.content), err)
				}
			}
		}
	}
}
