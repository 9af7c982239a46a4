// Loaded before the web server: our standard input closes when the process that started us is gone, even by kill -9.
process.stdin.on('end', () => process.exit(1))
process.stdin.resume()
process.stdin.unref?.()
