package main

import (
	"context"
	"fmt"
	"os"
)

func main() {
	secret, err := readSecret(context.Background())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	// Hand it to whatever needs it from here on; keep it out of logs, files and command lines.
	if secret == "" {
		fmt.Println("SECRET_NAME is empty")
	} else {
		fmt.Println("SECRET_NAME was read")
	}
}
