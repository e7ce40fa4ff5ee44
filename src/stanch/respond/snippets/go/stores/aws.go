package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

// readSecret gives SECRET_PATH from AWS Secrets Manager.
func readSecret(ctx context.Context) (string, error) {
	settings, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return "", fmt.Errorf("AWS is not configured: %w", err)
	}
	id := "SECRET_PATH"
	answer, err := secretsmanager.NewFromConfig(settings).GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &id})
	if err != nil {
		return "", fmt.Errorf("SECRET_PATH cannot be read from AWS Secrets Manager: %w", err)
	}
	if answer.SecretString == nil {
		return "", errors.New("SECRET_PATH in AWS Secrets Manager is no text")
	}
	return *answer.SecretString, nil
}
