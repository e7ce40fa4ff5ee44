package main

import (
	"context"
	"errors"
	"fmt"

	vault "github.com/hashicorp/vault/api"
)

// readSecret gives SECRET_NAME of secret/SECRET_PROJECT from Vault.
func readSecret(ctx context.Context) (string, error) {
	client, err := vault.NewClient(nil) // takes VAULT_ADDR and VAULT_TOKEN from the environment
	if err != nil {
		return "", fmt.Errorf("Vault is not configured: %w", err)
	}
	answer, err := client.KVv2("secret").Get(ctx, "SECRET_PROJECT")
	if err != nil {
		return "", fmt.Errorf("secret/SECRET_PROJECT cannot be read from Vault: %w", err)
	}
	secret, ok := answer.Data["SECRET_NAME"].(string)
	if !ok {
		return "", errors.New("secret/SECRET_PROJECT in Vault has no key SECRET_NAME")
	}
	return secret, nil
}
