<?php

declare(strict_types=1);

try {
    $secret = readSecret();
    // Hand it to whatever needs it from here on; keep it out of logs, files and command lines.
    echo $secret === '' ? "SECRET_NAME is empty\n" : "SECRET_NAME was read\n";
} catch (RuntimeException $error) {
    fwrite(STDERR, "{$error->getMessage()}\n");
    exit(1);
}
