import { z } from 'zod'

/** Nothing is said besides the token itself. */
export const revokeSelfInput = z.strictObject({})
