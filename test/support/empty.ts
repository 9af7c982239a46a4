// Stands for `server-only` in tests: its only content is an error for browsers.
export {}
