package main

import (
	"context"
	"errors"
	"os"
)

// readSecret gives SECRET_NAME from the environment.
func readSecret(context.Context) (string, error) {
	secret := os.Getenv("SECRET_NAME")
	if secret == "" {
		return "", errors.New("SECRET_NAME is not set in the environment")
	}
	return secret, nil
}
