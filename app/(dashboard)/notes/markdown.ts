import 'server-only'
import { asText, notesMarkdown } from '@/lib/domain/release-notes'
import { instantInWords } from '@/lib/domain/words'
import { settings } from '@/lib/env'
import { deploymentLines, type NotesDetail } from '@/lib/queries/release-notes'

/** The notes as Markdown, links absolute to this instance. Without a dossier only the deployments are told. */
export function markdownOf(detail: NotesDetail): string {
  const deployment = deploymentLines(detail.deployments)
  if (!detail.notes) {
    return [
      `# ${asText(detail.system.name)} ${detail.version}`,
      '',
      `No promotion of it to ${asText(detail.profile.id)} was ever opened.`,
      '',
      '## Deployment',
      '',
      ...deployment.map((line) => `- ${asText(line)}`),
      '',
      '## Addenda',
      '',
      ...(detail.addenda.length === 0
        ? ['No addenda.']
        : detail.addenda.map(({ at, sentence }) => `- ${instantInWords(at)}: ${asText(sentence)}`)),
      '',
    ].join('\n')
  }
  return notesMarkdown(detail.notes, {
    systemName: detail.system.name,
    origin: settings().APP_ORIGIN,
    hash: detail.seal?.hash ?? null,
    words: detail.words,
    day: (iso) => instantInWords(new Date(iso)),
    addenda: detail.addenda,
    skipReason: detail.emergency?.reason ?? null,
    deployment,
  })
}
