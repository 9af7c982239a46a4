import { viewer } from '@/lib/auth/session'
import { envelopeFile } from '../../../envelope-file'

type Context = { params: Promise<{ kind: string; id: string }> }

/** The verification summary (SLSA) of a promotion, signed by the log's key, in a DSSE envelope. */
export async function GET(_: Request, { params }: Context): Promise<Response> {
  return envelopeFile(await viewer(), await params, 'vsa')
}
