<?php

declare(strict_types=1);

require __DIR__ . '/vendor/autoload.php';

try {
    WePay::useProduction(getenv('WEPAY_CLIENT_ID'), getenv('WEPAY_CLIENT_SECRET'));
    $wepay = new WePay(readSecret());
    echo 'WePay knows this token as user ', $wepay->request('user')->user_id, "\n";
} catch (WePayException $error) {
    fwrite(STDERR, "WePay refused the call: {$error->getMessage()}\n");
    exit(1);
} catch (RuntimeException $error) {
    fwrite(STDERR, "{$error->getMessage()}\n");
    exit(1);
}
