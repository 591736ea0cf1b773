// Package mail opens saved messages (.eml): their attachments and, where it
// holds a table or a list of goods, their text.
//
// It is not for mailboxes, nor for judging who sent what.
//
// Source of truth: RFC 5322, RFC 2045-2047, RFC 2183.
package mail

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"path"
	"strings"

	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/transform"

	"telltale/internal/asset"
	"telltale/internal/source"
	"telltale/internal/source/spool"
)

// Bounds of one message.
const (
	maxParts    = 2000
	maxDepth    = 10
	maxPart     = 512 << 20
	maxMessage  = 2 << 30
	maxTextPart = 32 << 20
)

// The names of the message's own text among its parts.
const (
	BodyText = "body.txt"
	BodyPage = "body.html"
)

// Source implements source.Container.
type Source struct{}

// Name implements source.Source.
func (Source) Name() string { return "mail" }

// known are header fields that tell a message from other text with colons.
var known = map[string]bool{
	"from": true, "to": true, "subject": true, "date": true, "message-id": true, "mime-version": true, "received": true, "return-path": true,
	"content-type": true, "delivered-to": true, "reply-to": true, "cc": true, "x-mailer": true, "sender": true,
}

// Recognise implements source.Source: the text begins with header fields, three of them known.
func (Source) Recognise(head []byte, name string) int {
	found := map[string]bool{}
	for line := range bytes.Lines(bytes.TrimPrefix(head, []byte("\xEF\xBB\xBF"))) {
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			break
		}
		if line[0] == ' ' || line[0] == '\t' {
			continue
		}
		field, _, ok := bytes.Cut(line, []byte(":"))
		if !ok || len(field) > 80 || bytes.ContainsAny(field, " \t") {
			return 0
		}
		if f := strings.ToLower(string(field)); known[f] {
			found[f] = true
		}
	}
	switch {
	case len(found) >= 3:
		return 85
	case len(found) == 2 && strings.EqualFold(path.Ext(name), ".eml"):
		return 85
	}
	return 0
}

// Read implements source.Source: the message as such tells of nothing.
func (Source) Read(context.Context, *source.Input, *asset.Coverage, source.Yield) error { return nil }

// Walk implements source.Container.
func (Source) Walk(ctx context.Context, in *source.Input, cov *asset.Coverage, visit func(*source.Input) error) error {
	if in.Size > maxMessage {
		return fmt.Errorf("open message: larger than %d bytes", maxMessage)
	}
	m, err := mail.ReadMessage(bufio.NewReader(in.Reader()))
	if err != nil {
		return fmt.Errorf("open message: %w (save it again as .eml)", err)
	}
	w := &walker{ctx: ctx, in: in, cov: cov, visit: visit}
	return w.entity(textproto.MIMEHeader(m.Header), m.Body, 0)
}

// walker is one pass over one message.
type walker struct {
	ctx   context.Context
	in    *source.Input
	cov   *asset.Coverage
	visit func(*source.Input) error
	parts int
}

// entity handles a body with its header: a multipart goes on, a leaf is visited.
func (w *walker) entity(h textproto.MIMEHeader, body io.Reader, depth int) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	kind, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil || kind == "" {
		kind, params = "text/plain", nil
	}
	if !strings.HasPrefix(kind, "multipart/") {
		return w.leaf(h, kind, params, body)
	}
	if depth >= maxDepth {
		w.cov.Fail("", "parts of the message stand too deep in each other", "save its attachments and check them")
		return nil
	}
	r := multipart.NewReader(body, params["boundary"])
	if kind == "multipart/alternative" {
		return w.alternative(r, depth)
	}
	return w.each(r, func(p *multipart.Part) error { return w.entity(p.Header, p, depth+1) })
}

// each calls do for every part of a multipart body.
func (w *walker) each(r *multipart.Reader, do func(*multipart.Part) error) error {
	for {
		p, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			w.cov.Fail("", "the message is cut off or damaged: "+err.Error(), "save it again as .eml")
			return nil
		}
		if w.parts++; w.parts > maxParts {
			w.cov.Fail("", fmt.Sprintf("more than %d parts: the rest is not read", maxParts), "save its attachments and check them")
			return nil
		}
		if err := do(p); err != nil {
			return err
		}
	}
}

// alternative visits one of several forms of the same text: the page when it
// holds a table, else the plain text. Forms that are multiparts go on.
func (w *walker) alternative(r *multipart.Reader, depth int) error {
	type form struct {
		h      textproto.MIMEHeader
		kind   string
		params map[string]string
		data   []byte
	}
	var forms []form
	err := w.each(r, func(p *multipart.Part) error {
		kind, params, err := mime.ParseMediaType(p.Header.Get("Content-Type"))
		if err != nil {
			kind = "text/plain"
		}
		if strings.HasPrefix(kind, "multipart/") {
			return w.entity(p.Header, p, depth+1)
		}
		data, err := io.ReadAll(io.LimitReader(p, maxTextPart))
		if err == nil && len(forms) < 10 {
			forms = append(forms, form{p.Header, kind, params, data})
		}
		return nil
	})
	if err != nil || len(forms) == 0 {
		return err
	}
	best := 0
	for i, f := range forms {
		decoded, _ := io.ReadAll(io.LimitReader(decode(f.h, bytes.NewReader(f.data)), maxTextPart))
		if f.kind == "text/html" && bytes.Contains(bytes.ToLower(decoded), []byte("<table")) {
			best = i
			break
		}
		if f.kind == "text/plain" {
			best = i
		}
	}
	f := forms[best]
	return w.leaf(f.h, f.kind, f.params, bytes.NewReader(f.data))
}

// leaf visits one part. Text without a name that nobody could read as goods is left out by the caller's recognition.
func (w *walker) leaf(h textproto.MIMEHeader, kind string, params map[string]string, body io.Reader) error {
	name := fileName(h, params)
	r := decode(h, body)
	switch {
	case name != "":
	case kind == "text/plain":
		name, r = BodyText, charset(params, r)
	case kind == "text/html":
		name, r = BodyPage, charset(params, r)
	case kind == "message/rfc822":
		name = "message.eml"
	default:
		if strings.HasPrefix(kind, "image/") {
			return nil // pictures in the text: logos and signatures
		}
		name = fmt.Sprintf("part %d", w.parts)
	}
	data, err := spool.Keep(r, maxPart)
	if err != nil {
		w.cov.Fail(name, "cannot be unpacked: "+err.Error(), "save the attachment and check it")
		return nil
	}
	defer data.Close()
	if blank(data) {
		return nil
	}
	if err := w.visit(&source.Input{Name: w.in.Name + "!" + name, Data: data, Size: data.Size, Options: w.in.Options}); err != nil {
		return err
	}
	w.cov.Read++
	return nil
}

// blank reports whether a small part holds nothing to read.
func blank(d *spool.Data) bool {
	if d.Size > 4096 {
		return false
	}
	b := make([]byte, d.Size)
	n, _ := d.ReadAt(b, 0)
	return len(bytes.TrimSpace(b[:n])) == 0
}

// decode undoes the transfer encoding.
func decode(h textproto.MIMEHeader, body io.Reader) io.Reader {
	switch strings.ToLower(strings.TrimSpace(h.Get("Content-Transfer-Encoding"))) {
	case "base64":
		return base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		return quotedprintable.NewReader(body)
	}
	return body
}

// charset turns text into UTF-8 where the header names another character set.
func charset(params map[string]string, r io.Reader) io.Reader {
	name := params["charset"]
	if name == "" || strings.EqualFold(name, "utf-8") || strings.EqualFold(name, "us-ascii") {
		return r
	}
	enc, err := htmlindex.Get(name)
	if err != nil {
		return r
	}
	return transform.NewReader(r, enc.NewDecoder())
}

// fileName returns the last element of an attachment's name, empty when it has none.
func fileName(h textproto.MIMEHeader, params map[string]string) string {
	name := ""
	if _, p, err := mime.ParseMediaType(h.Get("Content-Disposition")); err == nil {
		name = p["filename"]
	}
	if name == "" {
		name = params["name"]
	}
	var dec mime.WordDecoder
	if d, err := dec.DecodeHeader(name); err == nil {
		name = d
	}
	name = strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7F {
			return '_'
		}
		return r
	}, strings.ToValidUTF8(name, "_"))
	if name = path.Base(strings.ReplaceAll(name, "\\", "/")); name == "." || name == "/" || name == ".." {
		return ""
	}
	return name[:min(len(name), 255)]
}
