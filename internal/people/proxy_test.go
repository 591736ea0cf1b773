package people

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// Who asks through a trusted proxy is told apart; nobody else can say who they are.
func TestProxyTellsWhoAsks(t *testing.T) {
	h := &House{Options: Options{Proxies: []string{"192.0.2.1", "::1"}}}
	for _, c := range []struct{ from, said, want, counted string }{
		{"198.51.100.9:5", "", "198.51.100.9", "198.51.100.9"},
		{"198.51.100.9:5", "203.0.113.7", "198.51.100.9", "198.51.100.9"}, // forged
		{"192.0.2.1:5", "203.0.113.7", "203.0.113.7", "203.0.113.7"},
		{"192.0.2.1:5", "10.0.0.1, 203.0.113.7", "203.0.113.7", "203.0.113.7"}, // the first is what the visitor forged
		{"192.0.2.1:5", "::ffff:203.0.113.7", "203.0.113.7", "203.0.113.7"},
		{"192.0.2.1:5", "", "192.0.2.1", "192.0.2.1"},
		{"192.0.2.1:5", "<script>", "192.0.2.1", "192.0.2.1"},
		{"[::1]:5", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
		{"[2001:db8:1:2::9]:5", "x", "2001:db8:1:2::9", "2001:db8:1:2::/64"},
		{"[fe80::1%eth0]:5", "", "fe80::1%eth0", "fe80::/64"},
		{"@", "", "@", "@"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.from
		if c.said != "" {
			r.Header = http.Header{"X-Forwarded-For": {"1.2.3.4", c.said}}
		}
		if got := h.address(r); got != c.want || network(got) != c.counted {
			t.Errorf("%s saying %q: %s counted as %s, want %s as %s", c.from, c.said, got, network(got), c.want, c.counted)
		}
	}
}
