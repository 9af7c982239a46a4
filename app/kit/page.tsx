import { Fingerprint, GitCommitHorizontal, Signature, Undo2 } from 'lucide-react'
import { notFound } from 'next/navigation'
import { AppShell } from '@/components/layout/app-shell'
import { Page } from '@/components/layout/page'
import { ActionForm, SubmitButton } from '@/components/ui/action-form'
import { Actor } from '@/components/ui/actor'
import { Banner, DenyLine, EmptyState, Note, Statement } from '@/components/ui/banner'
import { Button, Buttons, LinkButton } from '@/components/ui/button'
import { CodeBlock } from '@/components/ui/code-block'
import { CopyButton } from '@/components/ui/copy-button'
import { DataTable } from '@/components/ui/data-table'
import { Disclosure } from '@/components/ui/disclosure'
import { Checkbox, CheckboxGroup, Segmented, Select, TextArea, TextInput } from '@/components/ui/field'
import { Hash, SealBar } from '@/components/ui/hash'
import { DeltaTable, KeyValue } from '@/components/ui/key-value'
import { Pagination } from '@/components/ui/pagination'
import { BarPlot, BulletBar, Freshness, Heatmap, LeadTimePlot, StripPlot } from '@/components/ui/plots'
import { ProfileArrow, type ProfileRef, ProfileTag } from '@/components/ui/profile'
import { SealLine } from '@/components/ui/seal-line'
import { PageHead, Section, SubHead } from '@/components/ui/section'
import { SignatureLine, Slots, type SlotView, WhyCan } from '@/components/ui/signature'
import { StatTile, StatTiles } from '@/components/ui/stat-tile'
import { Chip, STATUS_TONE, Status, StatusGlyph, type StatusKind } from '@/components/ui/status'
import { Steps, Tabs, ViewSwitch } from '@/components/ui/tabs'
import { Age, Countdown, DueTime, RelativeTime, Time } from '@/components/ui/time'
import { Timeline } from '@/components/ui/timeline'
import { DAY, HOUR, MINUTE } from '@/lib/format'
import { listPersonas } from '@/lib/queries/account/list-personas'
import { routes } from '@/lib/routes'
import { fileSample } from './actions'
import { sampleNow } from './sample-now'

export const metadata = { title: 'Kit' }

const HASH = 'b9dfb08a22b6330522a8ac15d0f4d9c204fb5d36a9ec2f97b1c64d5e70a8fc29'
const PROFILES: ProfileRef[] = [
  { id: 'local', class: 'development' },
  { id: 'dev', class: 'development' },
  { id: 'ci', class: 'verification' },
  { id: 'staging', class: 'pre_production' },
  { id: 'prod', class: 'production' },
  { id: 'production', class: 'production' },
]
const STAGING: ProfileRef = { id: 'staging', class: 'pre_production' }
const PROD: ProfileRef = { id: 'prod', class: 'production' }
const SLOTS: SlotView[] = [
  { capacity: 'Release Manager', state: 'signed', name: 'Ines Okafor' },
  { capacity: 'SecOps', state: 'signed', name: 'Priya Raman' },
  { capacity: 'Management', state: 'you' },
  { capacity: 'Production approver', state: 'open' },
]
const STATES: [StatusKind, string, string][] = [
  ['pass', 'Pass', 'gate or rule met'],
  ['fail', 'Failed, overdue', 'rule broken, date passed'],
  ['open-drift', 'Open drift', 'deviates, no exception'],
  ['drift', 'Covered drift', 'deviates, exception running'],
  ['warn', 'Due soon', 'inside the last 10%'],
  ['stale', 'Stale', 'evidence older than its window'],
  ['yours', 'Yours', 'waiting on you'],
  ['waiting', 'Waiting', 'on someone else, or optional'],
  ['running', 'Running', 'in progress'],
  ['denied', 'Denied', 'not allowed, reason shown'],
  ['na', 'Not applicable', 'rule has no meaning here'],
  ['glass', 'Glass broken', 'break-glass is open'],
]
const SWATCHES = [
  'bg-canvas',
  'bg-surface',
  'bg-well',
  'bg-raised',
  'bg-line',
  'bg-line-strong',
  'bg-ink',
  'bg-ink-2',
  'bg-ink-3',
  'bg-accent',
  'bg-accent-soft',
  'bg-accent-line',
  'bg-focus',
  'bg-glass',
  'bg-pass',
  'bg-pass-soft',
  'bg-warn',
  'bg-warn-soft',
  'bg-fail',
  'bg-fail-soft',
  'bg-drift',
  'bg-drift-soft',
  'bg-idle',
  'bg-idle-soft',
  'bg-heat-1',
  'bg-heat-2',
  'bg-heat-3',
  'bg-heat-4',
]

/** Every part of the kit in every state, to look at and to test; there while the demo record is. */
export default async function KitPage() {
  if ((await listPersonas()).length === 0) notFound()
  const now = sampleNow()
  const hours = [5.4, 3.1, 6, 2.2, 3.6, 4.4, 1.9, 3, 3.4, 2.6, 3.2, 2.1]
  return (
    <AppShell
      viewer={{ name: 'Martin Vasquez', roleTitle: 'Management' }}
      counts={{ inbox: 3, promotions: 7, deployments: { text: '1 failed', bad: true } }}
      systems={[
        { slug: 'alpha', name: 'First system', status: 'fail' },
        { slug: 'beta', name: 'Second system', status: 'stale' },
        { slug: 'gamma', name: 'Third system', status: 'drift' },
        { slug: 'delta', name: 'Fourth system', status: 'open-drift' },
      ]}
      auditLine={{ status: 'pass', text: 'Record complete', detail: '#48,212 at 14:30 UTC' }}
      build={{ version: '0.0.0-kit', gitSha: '8f3c1d7', buildDate: '2026-11-19T09:05:00Z' }}
    >
      <Page crumbs={[{ label: 'Design', href: routes.inbox() }, { label: 'Kit' }]} layout="wide" phone={{}}>
        <PageHead title="Kit" />
        <div className="mt-3.5 grid gap-11 min-[1101px]:grid-cols-[minmax(0,1fr)_minmax(0,1.06fr)]">
          <div className="grid content-start gap-6">
            <section>
              <SubHead title="Status: a shape, a word, then a colour" ruled />
              <div className="mt-2 grid gap-x-6 sm:grid-cols-2">
                {STATES.map(([status, word, meaning]) => (
                  <div key={status} className="border-line grid grid-cols-[20px_12px_104px_1fr] items-center gap-2 border-b py-1.5">
                    <StatusGlyph status={status} size={18} />
                    <span className="grayscale">
                      <StatusGlyph status={status} size={12} />
                    </span>
                    <b className={`b t-xs ${STATUS_TONE[status]}`}>{word}</b>
                    <span className="c3 t-2xs">{meaning}</span>
                  </div>
                ))}
              </div>
            </section>
            <section>
              <SubHead title="Profiles: line weight, not colour" ruled />
              <div className="row wrap mt-3 gap-2.5">
                {PROFILES.map((profile) => (
                  <ProfileTag key={profile.id} profile={profile} />
                ))}
                <span className="sm:ml-3.5">
                  <ProfileArrow from={STAGING} to={PROD} />
                </span>
              </div>
            </section>
            <section>
              <SubHead title="Signatures and seals" ruled />
              <div className="row wrap mt-3 gap-x-5 gap-y-3">
                <Slots slots={SLOTS} />
                <span className="block w-55">
                  <SignatureLine capacity="Release Manager" state="signed" name="Ines Okafor" />
                </span>
                <Hash hash={HASH} groups={3} />
              </div>
              <div className="mt-3.5 overflow-hidden">
                <SealLine hash={HASH} size="full" />
              </div>
              <p className="c3 t-2xs mt-1">64 hex digits: 32 ticks up, 32 ticks down. Same hash, same line, everywhere.</p>
              <div className="mt-4">
                <SealBar hash={HASH}>You sign exactly this page.</SealBar>
              </div>
              <p className="mt-3">
                <Hash hash={HASH} seal={false} copy />
              </p>
            </section>
            <section>
              <SubHead title="Actors: round is human, dashed square is an agent" ruled />
              <div className="row wrap mt-3 gap-4">
                <Actor name="Tomasz Lind" />
                <Actor name="Release Manager Agent" kind="agent" />
                <Actor name="GitHub Actions" kind="token" short="CI" />
                <Actor name="Martin Vasquez" you />
              </div>
            </section>
            <section>
              <SubHead title="Signature lines" ruled aside="2 of 4" />
              <div className="sign max-w-80">
                <SignatureLine
                  capacity="Release Manager"
                  state="signed"
                  name="Ines Okafor"
                  hash={HASH}
                  under={<Time at={now - 33 * MINUTE} show="today" />}
                />
                <SignatureLine capacity="SecOps" state="struck" name="Priya Raman" under="signed version 4" />
                <SignatureLine capacity="Management" state="you" under="Martin Vasquez, or 2 others" />
                <SignatureLine capacity="Production approver" state="open" aside="after you" under="Tomasz Lind, or 1 other" />
              </div>
              <WhyCan
                title="Why you may sign"
                reasons={[
                  { key: 'a', glyph: <StatusGlyph status="pass" label="Yes:" />, text: 'You hold Management for this system' },
                  { key: 'b', glyph: <StatusGlyph status="pass" label="Yes:" />, text: 'You wrote none of the 23 commits' },
                  { key: 'c', glyph: <StatusGlyph status="denied" label="No:" />, text: 'You cannot also sign as Production approver' },
                ]}
              />
            </section>
            <section>
              <SubHead title="Time" ruled />
              <KeyValue
                className="mt-3"
                items={[
                  { label: 'Instant', value: <Time at={now} local /> },
                  { label: 'To the second', value: <Time at={now} show="seconds" /> },
                  { label: 'With companion', value: <Time at={now + 88 * MINUTE} show="time" local relative /> },
                  { label: 'Alone', value: <RelativeTime at={now - 12 * MINUTE} /> },
                  { label: 'Waiting', value: <Age since={now - 7 * HOUR} /> },
                  { label: 'Left', value: <Countdown until={now + 72 * MINUTE} /> },
                  { label: 'Left, seconds', value: <Countdown until={now + 4 * MINUTE} /> },
                ]}
              />
              <div className="mt-3 flex gap-6">
                <DueTime at={now + 88 * MINUTE} />
                <DueTime at={now + 21 * HOUR} />
                <DueTime at={now - 7 * DAY} />
              </div>
            </section>
            <Section no={2} title="Promotion gates" aside={<Status status="pass">4 of 4 pass</Status>}>
              <table className="gates">
                <caption className="sr">Promotion gates with evidence and freshness</caption>
                <tbody>
                  <tr>
                    <td>
                      <StatusGlyph status="pass" label="pass" />
                    </td>
                    <td>
                      <b className="b">Secret preflight, env-only</b>
                      <br />
                      <span className="c3">
                        <code>check_runtime_secrets.py --require-env-only</code>, exit 0
                      </span>
                    </td>
                    <td className="nowrap">
                      <Actor name="CI run 5521" kind="token" short="CI" />
                    </td>
                    <td>
                      <Freshness used={0.09}>2 h 10 min of 24 h</Freshness>
                    </td>
                  </tr>
                  <tr>
                    <td>
                      <StatusGlyph status="stale" label="stale" />
                    </td>
                    <td>
                      <b className="b">Incident contacts confirmed</b>
                      <br />
                      <span className="c3">3 contacts, 2 reached by phone</span>
                    </td>
                    <td className="nowrap">
                      <Actor name="Ines Okafor" />
                    </td>
                    <td>
                      <Freshness used={0.71}>ends 16:50 UTC</Freshness>
                    </td>
                  </tr>
                </tbody>
              </table>
            </Section>
            <Section no={1} title="What changes" aside="since the last signed promotion">
              <DeltaTable
                caption="What changes"
                rows={[
                  { key: 'code', label: 'Code', value: '23 commits by 6 people', aside: <LinkButton href="#code">Read diff</LinkButton> },
                  { key: 'db', label: 'Databases', value: 'No writes by agents', aside: <span className="c3">Nothing changed</span> },
                ]}
              />
            </Section>
            <Section no={3} title="Steps of a run" aside={<span className="num">4 of 8</span>}>
              <Timeline
                numbered
                items={[
                  { key: '1', no: 1, status: 'pass', title: 'Announce the window', when: 'Release Manager Agent, 13:30' },
                  {
                    key: '2',
                    no: 2,
                    status: 'running',
                    title: 'Stop the service',
                    open: true,
                    when: 'for 1 min 02 s',
                    body: (
                      <div className="grid gap-2.5">
                        <CodeBlock code={'Stop-Process -Name "Automation" -Force'} label="Command" fold />
                        <Buttons>
                          <Button variant="primary">Done, it is stopped</Button>
                          <Button variant="danger">It failed, roll back</Button>
                        </Buttons>
                      </div>
                    ),
                  },
                  { key: '3', no: 3, status: 'waiting', title: 'Start it again', detail: <code>.\Launcher.bat</code> },
                ]}
              />
            </Section>
          </div>
          <div className="grid content-start gap-6">
            <section>
              <SubHead title="Colour tokens" ruled />
              <div className="mt-3 grid grid-cols-4 gap-2.5 sm:grid-cols-7">
                {SWATCHES.map((swatch) => (
                  <div key={swatch} className="min-w-0">
                    <div className={`border-line h-8.5 rounded-[4px] border ${swatch}`} />
                    <div className="mono c2 trunc t-2xs mt-1">{swatch.slice(3)}</div>
                  </div>
                ))}
              </div>
            </section>
            <section>
              <SubHead title="Type: serif is what gets sealed, sans is the tool, mono is what machines said" ruled />
              <div className="mt-3 grid gap-2">
                <span className="h1">Promote a release to prod</span>
                <span className="doc text-[1.0625rem]">Restore the launcher from the 2.13.2 bundle.</span>
                <span className="h2">Promotion gates</span>
                <span>Release Manager and SecOps have signed.</span>
                <code>python config/check_runtime_secrets.py --require-env-only</code>
              </div>
              <Statement>
                I, Martin Vasquez, as Management, approve promoting 2.14.0-rc.3 from staging to prod in the window 19 Nov 2026, 16:00–16:30
                UTC.
              </Statement>
            </section>
            <section>
              <SubHead title="Controls" ruled />
              <Buttons className="mt-3">
                <Button variant="primary" icon={<Signature size={16} />}>
                  Sign as Management
                </Button>
                <Button>Ask a question</Button>
                <Button variant="danger">Roll back</Button>
                <Button className="is-focus">Focused</Button>
                <Button variant="ghost">Ghost</Button>
                <Button variant="alarm">Break glass for 2 hours</Button>
                <Button size="sm">Small</Button>
                <Button refusal={{ sentence: 'You wrote 2 of these commits.' }}>Sign</Button>
                <CopyButton text={HASH} label="Copy hash" />
                <CopyButton text="#" link iconOnly label="Copy a link" />
              </Buttons>
              <div className="mt-3 grid max-w-80 gap-2">
                <LinkButton href="#sign" variant="primary" size="lg" full icon={<Signature size={18} />}>
                  Sign as Management
                </LinkButton>
                <Buttons even>
                  <Button>Ask a question</Button>
                  <Button>Decline</Button>
                </Buttons>
                <Button
                  full
                  size="lg"
                  refusal={{ sentence: 'Two rules stand in the way.', details: ['You pushed evidence.', 'You wrote a commit.'] }}
                >
                  Seal version 5
                </Button>
              </div>
              <div className="row wrap mt-3">
                <Chip status="pass">4 of 4 gates</Chip>
                <Chip status="warn">Due in 6 days</Chip>
                <Chip status="fail">7 days overdue</Chip>
                <Chip status="drift">Covered until Fri 14:05</Chip>
                <Chip status="waiting">Draft</Chip>
                <Chip status="yours">Your signature is needed</Chip>
                <Chip status="glass">Glass open, 1 h 12 min left</Chip>
              </div>
            </section>
            <section>
              <SubHead title="Form" ruled />
              <ActionForm action={fileSample} className="form mt-3" label="Sample form">
                <TextInput name="title" label="What deviates" hint="Anything but “ok” is refused, so that you can see how." />
                <TextArea name="why" label="Why, in one sentence" optional />
                <div className="grid gap-4 sm:grid-cols-2">
                  <Select
                    name="owner"
                    label="Owner"
                    placeholder="Choose a person"
                    options={[
                      { value: 'jw', label: 'Jonah Weiss' },
                      { value: 'io', label: 'Ines Okafor' },
                    ]}
                  />
                  <TextInput name="sha" label="Revision" mono optional />
                </div>
                <Segmented
                  name="duration"
                  label="Expected duration"
                  defaultValue="24h"
                  hint="Over 72 hours also needs Management."
                  options={[
                    { value: '4h', label: '4 hours' },
                    { value: '24h', label: '24 hours' },
                    { value: '3d', label: '3 days' },
                    { value: '7d', label: '7 days', icon: <Fingerprint size={14} /> },
                    { value: 'never', label: 'Until…', disabled: true },
                  ]}
                />
                <Segmented
                  name="variant"
                  label="Variant"
                  joined
                  defaultValue="windows"
                  options={[
                    { value: 'windows', label: 'Windows' },
                    { value: 'docker', label: 'Docker' },
                  ]}
                />
                <CheckboxGroup
                  name="scopes"
                  label="Scopes"
                  options={[
                    { value: 'read', label: 'Read' },
                    { value: 'evidence', label: 'Push evidence' },
                  ]}
                />
                <Checkbox name="confirm" label="I have read the dossier and the exception above." />
                <Buttons>
                  <SubmitButton size="lg" pendingLabel="Filing">
                    File exception
                  </SubmitButton>
                  <SubmitButton size="lg" variant="default" name="draft" value="1">
                    Save draft
                  </SubmitButton>
                </Buttons>
              </ActionForm>
            </section>
            <section>
              <SubHead title="Banners and states" ruled />
              <div className="mt-3 grid gap-2.5">
                <Banner status="fail" title="7 days overdue">
                  The key pair of prod passed its limit of 90 days.
                </Banner>
                <Banner status="stale" title="Live updates paused, last 14:32:10" />
                <Banner status="drift" title="Somebody changed this while you were typing" actions={<a href="#compare">Compare</a>}>
                  Your words are kept below.
                </Banner>
                <Banner status="yours" title="Your signature is needed" />
                <Banner status="waiting" title="Showing 14:30. Could not refresh." />
                <Banner status="glass" title="Glass open, 1 h 12 min left" actions={<a href="#close">Close now</a>} />
                <DenyLine>Read only. 4 people can sign this.</DenyLine>
                <EmptyState action={<LinkButton href="#new">Start promotion</LinkButton>}>
                  Nothing is being watched. The last one, 1.8.4 on 7 Nov, finished its hour with no alert.
                </EmptyState>
                <Note>Rolling back takes about 2 min and may be enough.</Note>
                <Disclosure summary="Withdraw this signature" button danger>
                  The second step, with a reason.
                </Disclosure>
                <Disclosure summary="Show what was recorded">Details.</Disclosure>
              </div>
            </section>
            <section>
              <Tabs
                label="System"
                items={[
                  { label: 'Matrix', href: '#matrix', current: true },
                  { label: 'Deployments', href: '#deployments' },
                  { label: 'Exceptions', href: '#exceptions', count: 2 },
                ]}
                aside={
                  <ViewSwitch
                    label="Show"
                    showLabel
                    items={[
                      { label: 'All rules', href: '#all', current: true },
                      { label: 'Only problems', href: '#problems', count: 3 },
                    ]}
                  />
                }
              />
              <div className="mt-3">
                <Steps
                  items={[
                    { label: 'Read', state: 'done', glyph: <StatusGlyph status="pass" /> },
                    { label: 'Confirm', state: 'now', glyph: <StatusGlyph status="running" /> },
                    { label: 'Receipt', state: 'next', glyph: <StatusGlyph status="waiting" /> },
                  ]}
                />
              </div>
              <div className="mt-3">
                <DataTable
                  caption="Waiting on other people"
                  rows={[
                    { id: 'a', what: 'Release 1.9.0', who: 'Jonah Weiss', since: now - 7 * HOUR },
                    { id: 'b', what: 'Release 91d2', who: 'Priya Raman', since: now - 2 * HOUR },
                  ]}
                  rowKey={(row) => row.id}
                  current="b"
                  columns={[
                    { key: 'what', header: 'What', rowHeader: true, cell: (row) => <a href="#row">{row.what}</a> },
                    { key: 'by', header: 'Held by', cell: () => <Status status="waiting">SecOps signature</Status> },
                    { key: 'who', header: 'Who can move it', cell: (row) => <Actor name={row.who} /> },
                    { key: 'since', header: 'Waiting', align: 'right', sorted: 'descending', cell: (row) => <Age since={row.since} /> },
                  ]}
                />
                <Pagination next="#older" summary="2 of 6" />
              </div>
              <div className="mt-3 max-w-95">
                <StatTiles>
                  <StatTile
                    glyph={<StatusGlyph status="pass" size={16} />}
                    title="4 of 4 gates"
                    detail="one expires at 16:50"
                    href="#gates"
                  />
                  <StatTile glyph={<StatusGlyph status="drift" size={16} />} title="1 exception" detail="ends Sun 22 Nov" />
                  <StatTile glyph={<GitCommitHorizontal size={17} />} title="23 commits" detail="2 config keys, 0 secrets" />
                  <StatTile glyph={<Undo2 size={17} />} title="Rollback works" detail="drilled today, 3 min 40 s" />
                </StatTiles>
              </div>
            </section>
          </div>
        </div>
        <div className="mt-8 grid gap-11 min-[1101px]:grid-cols-[minmax(0,1fr)_404px]">
          <div className="grid content-start gap-8">
            <section>
              <SubHead title="Where time goes, gate by gate" ruled aside="median and worst in the last 90 days" />
              <LeadTimePlot
                label="Median hours per gate: checklist 3.1, preflight 0.2, drill 5.4, contacts 1.1, signatures 3.2"
                rows={[
                  { key: 'a', name: 'Pre-release checklist', medianHours: 3.1, worstHours: 9 },
                  { key: 'b', name: 'Secret preflight', medianHours: 0.2, worstHours: 1.2 },
                  { key: 'c', name: 'Rollback drill', medianHours: 5.4, worstHours: 22 },
                  { key: 'd', name: 'Incident contacts', medianHours: 1.1, worstHours: 4 },
                  { key: 'e', name: 'Signatures', medianHours: 3.2, worstHours: 14 },
                ]}
              />
            </section>
            <section>
              <SubHead title="Entries per day" />
              <Heatmap
                label="Entries per day, last 26 weeks. Busiest: Sunday 11 October, a break-glass event"
                today={now}
                days={Array.from({ length: 180 }, (_, day) => {
                  const time = now - day * DAY
                  return {
                    day: new Date(time).toISOString().slice(0, 10),
                    count: (day * 37) % 23,
                    ring: day === 39 ? 'Break glass, Sun 11 Oct' : undefined,
                  }
                })}
              />
            </section>
          </div>
          <div className="grid content-start gap-8">
            <section>
              <SubHead title="Next seven days" aside="UTC" />
              <div className="mt-2.5">
                <StripPlot
                  label="Five deadlines in the next seven days; three are yours"
                  now={now}
                  events={[
                    { key: 'a', at: now + 88 * MINUTE, status: 'yours', text: 'Sign 2.14.0' },
                    { key: 'b', at: now + 21 * HOUR, status: 'yours', text: 'Approve staging keys' },
                    { key: 'c', at: now + 46 * HOUR, status: 'stale', text: 'Backup plan goes stale' },
                    { key: 'd', at: now + 90 * HOUR, status: 'yours', text: 'Acknowledge EXC-0033' },
                    { key: 'e', at: now + 140 * HOUR, status: 'stale', text: 'Token rotation due' },
                  ]}
                />
              </div>
            </section>
            <section>
              <SubHead title="Time from ready to signed, prod" aside="last 12 promotions" />
              <div className="mt-2">
                <BarPlot
                  label="Median 3 hours 10 minutes from ready to fully signed; the latest took 2 hours 6 minutes; target 4 hours"
                  target={4}
                  bars={hours.map((value, index) => ({ key: String(index), name: `Promotion ${index + 1}`, value }))}
                />
              </div>
            </section>
            <section>
              <SubHead title="Age against policy" />
              <KeyValue
                className="mt-2"
                items={[12, 84, 97].map((days) => ({
                  label: `${days} days`,
                  value: <BulletBar value={days} limit={90} label={`${days} of 90 days`} />,
                }))}
              />
            </section>
          </div>
        </div>
      </Page>
    </AppShell>
  )
}
