// Command provider is an OpenID Connect provider on loopback, made of the
// certified library of others with its example's pages and memory;
// TestOIDCWithAProviderOfOthers runs it with the modules of .ci/tools.mod.
//
//	provider USERS.json REDIRECT
//
// It prints its issuer and ends with its standard input.
package main

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
)

func main() {
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(users, redirect string) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	known, err := storage.StoreFromFile(users)
	if err != nil {
		return err
	}
	issuer := "http://" + l.Addr().String() + "/"
	storage.RegisterClients(storage.WebClient("telltale", "a secret", redirect))
	h := exampleop.SetupServer(issuer, storage.NewStorage(known), slog.New(slog.NewTextHandler(os.Stderr, nil)), false)
	fmt.Println(issuer)
	go http.Serve(l, h)
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}
