package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/jackc/pgx/v5"
)

func run(ctx context.Context) error {
	address, err := readSecret(ctx)
	if err != nil {
		return err
	}
	database, err := pgx.Connect(ctx, address)
	if err != nil {
		return errors.New("the database cannot be used") // the error itself may quote the address
	}
	defer database.Close(ctx)
	if err := database.Ping(ctx); err != nil {
		return errors.New("the database cannot be used")
	}
	fmt.Println("The database accepted the secret")
	return nil
}

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
