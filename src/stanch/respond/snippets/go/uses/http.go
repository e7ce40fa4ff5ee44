package main

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"
)

func run(ctx context.Context) error {
	secret, err := readSecret(ctx)
	if err != nil {
		return err
	}
	PART_VARIABLE := os.Getenv("PART_NAME")
	if PART_VARIABLE == "" {
		return errors.New("PART_NAME is not set in the environment")
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, "CALL_METHOD", CALL_URL, nil)
	if err != nil {
		return errors.New("the call to PROVIDER_NAME cannot be made: is something missing in its address?")
	}
	request.Header.Set("HEADER_NAME", HEADER_VALUE)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return errors.New("PROVIDER_NAME cannot be reached") // the error itself may quote the address
	}
	defer answer.Body.Close()
	if answer.StatusCode/100 != 2 {
		return fmt.Errorf("PROVIDER_NAME answered %d", answer.StatusCode)
	}
	fmt.Println("PROVIDER_NAME accepted the secret")
	return nil
}

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
