// The settings that the application would get from `npm start`; made up, for tests only.
process.env.APP_ORIGIN ||= 'http://localhost:3999'
process.env.NEXTAUTH_URL ||= process.env.APP_ORIGIN
process.env.NEXTAUTH_SECRET ||= 'a made-up secret for tests, long enough'
process.env.DATABASE_URL ||= 'postgresql://nobody@localhost:1/none'

/** Where tests pretend to be. */
export const TEST_ORIGIN = process.env.APP_ORIGIN
