import { notesFile } from '@/app/(dashboard)/notes/files'
import { respondRead } from '@/lib/http/respond'

type Context = { params: Promise<{ system: string; profile: string; version: string }> }

/** The notes as a file of this form, in the reading that the address names. */
export function GET(request: Request, { params }: Context): Promise<Response> {
  return respondRead(request, notesFile(params, 'json'))
}
