import clsx from 'clsx'
import { CopyButton } from './copy-button'

/** What a machine said or should be told, with Copy. `fold` wraps long lines, `tall` scrolls inside. Only code may scroll sideways. */
export function CodeBlock({
  code,
  label = 'Code',
  copy = true,
  fold,
  tall,
}: {
  code: string
  label?: string
  copy?: boolean
  fold?: boolean
  tall?: boolean
}) {
  return (
    <div className={clsx('code', fold && 'fold', tall && 'tall')}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard (2.1.1). */}
      <section className="lines" tabIndex={0} aria-label={label}>
        <pre>
          <code>{code}</code>
        </pre>
      </section>
      {copy ? <CopyButton text={code} variant="default" /> : null}
    </div>
  )
}
