package main

import (
	"context"
	"errors"
	"fmt"

	vault "github.com/hashicorp/vault/api"
)

// readSecret gives the value of secret/SECRET_PATH from Vault.
func readSecret(ctx context.Context) (string, error) {
	client, err := vault.NewClient(nil) // takes VAULT_ADDR and VAULT_TOKEN from the environment
	if err != nil {
		return "", fmt.Errorf("Vault is not configured: %w", err)
	}
	answer, err := client.KVv2("secret").Get(ctx, "SECRET_PATH")
	if err != nil {
		return "", fmt.Errorf("secret/SECRET_PATH cannot be read from Vault: %w", err)
	}
	secret, ok := answer.Data["value"].(string)
	if !ok {
		return "", errors.New("secret/SECRET_PATH in Vault has no key value")
	}
	return secret, nil
}
