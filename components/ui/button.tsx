import clsx from 'clsx'
import { type ComponentProps, type ReactNode, useId } from 'react'
import { Link } from '@/components/ui/link'
import { StatusGlyph } from './status'

/** `primary` once per view; `danger` for what takes something back; `alarm` is break-glass alone. */
export type ButtonVariant = 'default' | 'primary' | 'danger' | 'ghost' | 'alarm'
export type ButtonSize = 'sm' | 'md' | 'lg'

/** What stands in the way, as a guard returned it. */
export type Why = { sentence: string; details?: readonly string[] } | null | undefined

/** The classes of a button; `full` stretches it across its container. */
export function buttonClass(variant: ButtonVariant = 'default', size: ButtonSize = 'md', full = false): string {
  return clsx(
    'btn',
    variant === 'primary' && 'pri',
    (variant === 'danger' || variant === 'ghost' || variant === 'alarm') && variant,
    size !== 'md' && size,
    full && 'full',
  )
}

/**
 * A button that says no: it stays where it is, dashed and focusable, does nothing, and its reason is text under it (000 "explain no").
 * The same guard refuses on the server.
 */
export function DeniedButton({
  refusal,
  children,
  size,
  full,
}: {
  refusal: { sentence: string; details?: readonly string[] }
  children: ReactNode
  size?: ButtonSize
  full?: boolean
}) {
  const id = useId()
  return (
    <span className={clsx('denied', full && 'full')}>
      <button type="button" className={buttonClass('default', size, full)} aria-disabled="true" aria-describedby={id}>
        <StatusGlyph status="denied" size={14} />
        {children}
      </button>
      <span className="reason" id={id}>
        {refusal.sentence}
        {refusal.details?.map((detail) => (
          <span key={detail} className="block">
            {detail}
          </span>
        ))}
      </span>
    </span>
  )
}

type Common = { variant?: ButtonVariant; size?: ButtonSize; full?: boolean; icon?: ReactNode; refusal?: Why; children: ReactNode }

/** A button. With `refusal` it becomes a `DeniedButton`. Name the object on it: "Seal version 5", never "OK". */
export function Button({
  variant,
  size,
  full,
  icon,
  refusal,
  children,
  type = 'button',
  className,
  ...rest
}: Common & Omit<ComponentProps<'button'>, 'children'>) {
  if (refusal) {
    return (
      <DeniedButton refusal={refusal} size={size} full={full}>
        {children}
      </DeniedButton>
    )
  }
  return (
    <button type={type} className={clsx(buttonClass(variant, size, full), className)} {...rest}>
      {icon}
      {children}
    </button>
  )
}

/** A link that looks like a button: it goes somewhere, it does nothing. `download` makes it a plain anchor. */
export function LinkButton({
  href,
  variant,
  size,
  full,
  icon,
  refusal,
  children,
  className,
  ...rest
}: Common & { href: string } & Omit<ComponentProps<'a'>, 'children' | 'href'>) {
  if (refusal) {
    return (
      <DeniedButton refusal={refusal} size={size} full={full}>
        {children}
      </DeniedButton>
    )
  }
  const classes = clsx(buttonClass(variant, size, full), className)
  if (rest.download !== undefined) {
    return (
      <a href={href} className={classes} {...rest}>
        {icon}
        {children}
      </a>
    )
  }
  return (
    <Link href={href} className={classes} {...rest}>
      {icon}
      {children}
    </Link>
  )
}

/** A row of buttons; `even` shares the width among them. */
export function Buttons({ even, children, className }: { even?: boolean; children: ReactNode; className?: string }) {
  return <div className={clsx('btns', even && 'even', className)}>{children}</div>
}
