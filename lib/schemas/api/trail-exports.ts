import { z } from 'zod'
import { EXPORT_FORMATS } from '@/lib/domain/trail-export'
import { exportFileInput } from '../trail-export'
import { UtcInstant } from './common'

const { id, ...where } = exportFileInput.shape

export const getTrailExportFileInput = z.strictObject({ export: id.describe('Id of the export, as making it answered.'), ...where })

export const MadeExportAnswer = z
  .strictObject({
    id: z.uuid(),
    format: z.enum(EXPORT_FORMATS),
    size: z.int().describe('The size of the log it stands on: entries up to this number.'),
    createdAt: UtcInstant,
    file: z.string().describe('Where its file is, for a day.'),
  })
  .meta({ id: 'MadeExport' })

/** The media types that the file of an export may have. */
export const EXPORT_MEDIA_TYPES = ['text/csv', 'application/jsonl', 'application/gzip', 'application/vnd.countersign.pieces'] as const
