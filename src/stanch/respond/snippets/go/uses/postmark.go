package main

import (
	"context"
	"fmt"
	"os"

	"github.com/mrz1836/postmark"
)

func run(ctx context.Context) error {
	secret, err := readSecret(ctx)
	if err != nil {
		return err
	}
	bounces, err := postmark.NewClient(secret, "").GetDeliveryStats(ctx)
	if err != nil {
		return fmt.Errorf("Postmark refused the call: %w", err)
	}
	fmt.Printf("Postmark counts %d inactive addresses\n", bounces.InactiveMails)
	return nil
}

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
