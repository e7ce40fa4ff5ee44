package main

import (
	"context"
	"fmt"

	"github.com/cyberark/conjur-api-go/conjurapi"
)

// readSecret gives the variable SECRET_PATH from Conjur.
func readSecret(context.Context) (string, error) {
	// The environment has CONJUR_APPLIANCE_URL, CONJUR_ACCOUNT, CONJUR_AUTHN_LOGIN and CONJUR_AUTHN_API_KEY.
	settings, err := conjurapi.LoadConfig()
	if err != nil {
		return "", fmt.Errorf("Conjur is not configured: %w", err)
	}
	settings.CredentialStorage = conjurapi.CredentialStorageNone // else the key is copied to ~/.netrc
	client, err := conjurapi.NewClientFromEnvironment(settings)
	if err != nil {
		return "", fmt.Errorf("Conjur is not configured: %w", err)
	}
	secret, err := client.RetrieveSecret("SECRET_PATH")
	if err != nil {
		return "", fmt.Errorf("SECRET_PATH cannot be read from Conjur: %w", err)
	}
	return string(secret), nil
}
