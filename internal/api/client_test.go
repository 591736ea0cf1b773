package api

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"telltale/client"
)

func TestClientGoesTheWholeWay(t *testing.T) {
	_, s := server(t, 0)
	ctx := context.Background()
	c, err := client.Connect(s.URL+"/", "")
	if err != nil {
		t.Fatal(err)
	}
	u, err := c.HandIn(ctx, "register.csv", strings.NewReader(register))
	if err != nil {
		t.Fatal(err)
	}
	j, err := c.Start(ctx, client.Asked{Uploads: []string{u.ID}}, "k")
	if err != nil {
		t.Fatal(err)
	}
	if j, err = c.Wait(ctx, j.ID); err != nil || j.Result == nil || *j.Result != 1 {
		t.Fatalf("job %+v: %v", j, err)
	}
	names := map[string]bool{}
	for x, err := range c.AllAssets(ctx, "verdict:prohibited") {
		if err != nil {
			t.Fatal(err)
		}
		names[x.Name] = x.Verdicts["prohibited"] > 0 && x.Manufacturer != nil
	}
	if len(names) != 1 || !names["olt-1"] {
		t.Errorf("prohibited: %v", names)
	}
	question := ""
	for f, err := range c.AllFindings(ctx, "") {
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range f.Questions {
			if q.Fact == "manufacturer" && f.AssetName == "box-1" {
				question = q.ID
			}
		}
	}
	if j, err = c.Settle(ctx, client.GivenAnswer{Question: question, Value: "huawei"}); err != nil {
		t.Fatal(err)
	}
	if j, err = c.Wait(ctx, j.ID); err != nil || j.Result == nil || *j.Result != 2 {
		t.Fatalf("job %+v: %v", j, err)
	}
	var b bytes.Buffer
	if err := c.HandOver(ctx, &b, "findings", "csv", "verdict:prohibited box-1"); err != nil || !strings.Contains(b.String(), "box-1") {
		t.Errorf("export: %v\n%s", err, &b)
	}
	var e *client.Error
	if _, err := c.Wait(ctx, "nothing"); !errors.As(err, &e) || e.Status != 404 {
		t.Errorf("a job that is not: %v", err)
	}
}
