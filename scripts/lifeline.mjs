// Loaded before the web server: our standard input closes when the process that started us is gone, even by kill -9. Helpers that the
// development server starts for itself inherit this file but not the pipe; they end with the server and are left alone.
if (/[\\/]next[\\/]dist[\\/](?:bin|server)[\\/]/.test(process.argv[1] ?? '')) {
  process.stdin.on('end', () => process.exit(1))
  process.stdin.resume()
  process.stdin.unref?.()
}
