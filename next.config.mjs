/** @type {import('next').NextConfig} */
const config = {
  reactStrictMode: true,
  poweredByHeader: false,
  // No image is resized on the server: one endpoint less that strangers can reach.
  images: { unoptimized: true },
  // `npm test` checks the types on its own; somebody who starts the application need not wait for it again.
  typescript: { ignoreBuildErrors: true },
  // A page's code is loaded when the page is first asked for: loading all of it beforehand delays /ready by half a second.
  experimental: { preloadEntriesOnStart: false },
  // Loaded from node_modules at run time: native code, WebAssembly, or files that they read beside themselves.
  serverExternalPackages: [
    'pg',
    '@node-rs/argon2',
    '@prisma/client',
    '@prisma/adapter-pg',
    '@secretlint/core',
    '@secretlint/secretlint-rule-preset-recommend',
  ],
}

export default config
