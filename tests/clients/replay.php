<?php
// PHP's curl, which Moodle uses, sends every request of tests/api/clients: php tests/clients/replay.php http://127.0.0.1:8000
$base = $argv[1] ?? "http://127.0.0.1:8000";
$key = getenv("TIZA_TEST_KEY") ?: "none";
$failed = 0;
foreach (glob(__DIR__ . "/../api/clients/*.json") as $file) {
    $request = json_decode(file_get_contents($file));
    $curl = curl_init($base . $request->path);
    $headers = ["Content-Type: application/json", "Authorization: Bearer $key"];
    foreach ($request->headers as $name => $value) {
        $headers[] = "$name: $value";
    }
    curl_setopt_array($curl, [
        CURLOPT_CUSTOMREQUEST => $request->method, CURLOPT_POSTFIELDS => json_encode($request->body),
        CURLOPT_HTTPHEADER => $headers, CURLOPT_RETURNTRANSFER => true, CURLOPT_TIMEOUT => 60,
    ]);
    $reply = curl_exec($curl);
    $status = curl_getinfo($curl, CURLINFO_RESPONSE_CODE);
    $body = json_decode($reply);
    // What Moodle reads without a guard.
    $whole = !isset($body->choices) || isset($body->id, $body->system_fingerprint, $body->choices[0]->finish_reason,
        $body->usage->prompt_tokens, $body->usage->completion_tokens);
    $works = $status === ($request->expect->status ?? 200) && $whole;
    $failed += $works ? 0 : 1;
    printf("| %s | %s | %s |\n", basename($file, ".json"), $request->path, $works ? "works" : "$status");
}
exit($failed);
