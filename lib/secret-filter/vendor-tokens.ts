/**
 * Tokens that say by their first letters whose they are. One quick pattern looks for the beginnings; only where one stands is the
 * full shape tried, in place (sticky), so ordinary text pays for a single linear pass. All repetitions are bounded (T29).
 */
type VendorToken = { rule: string; begins: string; shape: RegExp }

const token = (rule: string, begins: string, shape: RegExp): VendorToken => ({ rule, begins, shape: new RegExp(shape.source, 'y') })

const TOKENS: readonly VendorToken[] = [
  token('a Countersign API token', 'csn_', /csn_[A-Za-z0-9]{24,64}/),
  token('an AWS access key', '(?:AKIA|ASIA)[A-Z2-7]', /(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])/),
  token('a Google API key', 'AIza', /AIza[A-Za-z0-9_-]{35}/),
  token('a Google OAuth secret', 'GOCSPX-', /GOCSPX-[A-Za-z0-9_-]{24,40}/),
  token('a Google access token', 'ya29\\.', /ya29\.[A-Za-z0-9_-]{20,512}/),
  token('a GitHub token', 'gh[pousr]_', /gh[pousr]_[A-Za-z0-9_.-]{30,512}/),
  token('a GitHub token', 'github_pat_', /github_pat_[A-Za-z0-9_]{30,100}/),
  token('a GitLab token', 'gl(?:pat|dt|rt|cbt|ptt|ft|soat|imt|agent|rtr)-', /gl[a-z]{2,5}-[A-Za-z0-9_.-]{18,128}/),
  token('a Slack token', 'xox[a-z]-|xapp-|xoxe\\.', /(?:xox[a-z]-|xapp-|xoxe\.)[A-Za-z0-9.-]{16,256}/),
  token('a Stripe key', '(?:sk|rk)_(?:live|test)_', /(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,128}/),
  token('a webhook signing secret', 'whsec_', /whsec_[A-Za-z0-9+/=_-]{20,128}/),
  token('an npm token', 'npm_[A-Za-z0-9]', /npm_[A-Za-z0-9]{30,64}(?![A-Za-z0-9_])/),
  token('a PyPI token', 'pypi-', /pypi-[A-Za-z0-9_-]{32,512}/),
  token('a RubyGems key', 'rubygems_', /rubygems_[a-f0-9]{32,64}/),
  token('a SendGrid key', 'SG\\.', /SG\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16,128}/),
  token('a Twilio key', 'SK[0-9a-f]{8}', /SK[0-9a-f]{32}(?![0-9A-Za-z])/),
  token('a Mailgun key', 'key-[0-9a-f]{8}', /key-[0-9a-f]{32}(?![0-9A-Za-z])/),
  token('a Brevo key', 'xkeysib-', /xkeysib-[a-f0-9]{40,80}/),
  token('an Azure client secret', '[A-Za-z0-9_.~-]{3}[0-9]Q~', /[A-Za-z0-9_.~-]{3}[0-9]Q~[A-Za-z0-9_.~-]{30,40}/),
  token('a DigitalOcean token', 'do[opr]_v1_', /do[opr]_v1_[a-f0-9]{40,80}/),
  token('a Doppler token', 'dp\\.(?:pt|st|ct|scim|audit)\\.', /dp\.[a-z]{2,5}\.[A-Za-z0-9_.-]{24,80}/),
  token('a Heroku key', 'HRKU-', /HRKU-[A-Za-z0-9_-]{24,80}/),
  token('a Hugging Face token', 'hf_', /hf_[A-Za-z0-9]{30,48}(?![A-Za-z0-9_])/),
  token('an AI provider key', 'sk-', /sk-(?:[a-z]{2,10}-){0,3}[A-Za-z0-9_-]{32,256}/),
  token('an AI provider key', 'gsk_|xai-[A-Za-z0-9]|r8_', /(?:gsk_|xai-|r8_)[A-Za-z0-9]{30,128}/),
  token('a Shopify token', 'shp(?:at|ca|pa|ss)_', /shp[a-z]{2}_[a-fA-F0-9]{24,64}/),
  token('a Square token', 'sq0[a-z]{3}-|EAAA[A-Za-z0-9]', /(?:sq0[a-z]{3}-[A-Za-z0-9_-]{20,60}|EAAA[A-Za-z0-9_-]{50,80})/),
  token('a Telegram bot token', '[0-9]{8,10}:AA', /[0-9]{8,10}:AA[A-Za-z0-9_-]{32,36}/),
  token('a Discord bot token', '[MNO][A-Za-z0-9_-]{23,27}\\.', /[MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,40}/),
  token('an Atlassian token', 'ATATT3|ATCTT3|ATBB', /(?:ATATT3|ATCTT3|ATBB)[A-Za-z0-9_=-]{28,512}/),
  token('a Databricks token', 'dapi[0-9a-f]{8}', /dapi[0-9a-f]{32}/),
  token('a HashiCorp Vault token', 'hv[sbr]\\.', /hv[sbr]\.[A-Za-z0-9_-]{22,512}/),
  token('a Terraform token', '[A-Za-z0-9]{14}\\.atlasv1\\.', /[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{40,80}/),
  token('a Linear key', 'lin_(?:api|oauth)_', /lin_[a-z]{3,5}_[A-Za-z0-9]{24,64}/),
  token('a Notion token', 'ntn_[0-9]|secret_[A-Za-z0-9]{43}', /(?:ntn_[A-Za-z0-9]{40,60}|secret_[A-Za-z0-9]{43})(?![A-Za-z0-9])/),
  token('a New Relic key', 'NRAK-|NRJS-|NRII-', /NR[A-Z]{2}-[A-Za-z0-9_-]{16,64}/),
  token('a PlanetScale token', 'pscale_', /pscale_[a-z]{2,6}_[A-Za-z0-9_.-]{24,80}/),
  token('a Postman key', 'PMAK-', /PMAK-[A-Za-z0-9]{20,32}-[A-Za-z0-9]{24,48}/),
  token('a Pulumi token', 'pul-', /pul-[a-f0-9]{40}(?![A-Za-z0-9])/),
  token('a Sentry token', 'sntry[su]_', /sntry[su]_[A-Za-z0-9+/=_-]{32,512}/),
  token('a Grafana token', 'glsa_|glc_', /(?:glsa|glc)_[A-Za-z0-9+/=_-]{28,512}/),
  token('a Supabase key', 'sb[ps]_|sb_secret_', /(?:sbp_|sbs_|sb_secret_)[A-Za-z0-9_-]{24,80}/),
  token('a Tailscale key', 'tskey-', /tskey-[a-z]{2,20}-[A-Za-z0-9_-]{16,120}/),
  token('a Docker token', 'dckr_(?:pat|oat)_', /dckr_[a-z]{3}_[A-Za-z0-9_-]{20,64}/),
  token('a Figma token', 'figd_', /figd_[A-Za-z0-9_-]{30,200}/),
  token('a Cloudflare token', 'cf(?:k|ut|at)_', /cf(?:k|ut|at)_[A-Za-z0-9]{40,64}/),
  token('a Vercel token', 'vc[piark]_', /vc[piark]_[A-Za-z0-9]{20,80}/),
  token('a Fly token', 'fm[12]_', /fm[12]_[A-Za-z0-9+/=_-]{40,1024}/),
  token('an Airtable token', 'pat[A-Za-z0-9]{14}\\.', /pat[A-Za-z0-9]{14}\.[a-f0-9]{64}/),
  token('a Dropbox token', 'sl\\.', /sl\.[A-Za-z0-9_-]{60,1024}/),
  token('an eBay token', 'v\\^1\\.1#', /v\^1\.1#[A-Za-z0-9^#+/=]{24,2048}/),
  token('a 1Password token', 'ops_eyJ', /ops_eyJ[A-Za-z0-9+/=_-]{60,1500}/),
  token('an age secret key', 'AGE-SECRET-KEY-1', /AGE-SECRET-KEY-1[A-Z0-9]{20,80}/),
  token('a Fernet token', 'gAAAAA', /gAAAAA[A-Za-z0-9_-]{60,2048}={0,2}/),
  token('a JSON web token', 'eyJ', /eyJ[A-Za-z0-9_-]{8,2048}\.[A-Za-z0-9_-]{4,8192}\.[A-Za-z0-9_-]{8,2048}/),
  token('a private key wrapped in base64', 'LS0tLS1CRUdJTi', /LS0tLS1CRUdJTi[A-Za-z0-9+/_-]{24,128}/),
  token('a chat webhook address', 'hooks\\.slack\\.com/', /hooks\.slack\.com\/(?:services|workflows|triggers)\/[A-Za-z0-9/_-]{20,200}/),
  token(
    'a chat webhook address',
    'discord(?:app)?\\.com/api/webhooks/',
    /discord(?:app)?\.com\/api\/webhooks\/[0-9]{16,20}\/[A-Za-z0-9_-]{30,120}/,
  ),
  token('a chat webhook address', 'webhook\\.office\\.com/', /webhook\.office\.com\/webhookb2\/[A-Za-z0-9@/_-]{40,300}/),
]

/** A token starts where a word starts; `(?<!...)` keeps the middle of longer identifiers out. */
const BEGINNINGS = new RegExp(`(?<![A-Za-z0-9])(?:${TOKENS.map(({ begins }) => begins).join('|')})`, 'g')

/** Names the issuer of the first vendor token in a text, or null. A run of one repeated letter ("ghp_xxxx") or EXAMPLE is no token. */
export function findVendorToken(text: string): string | null {
  BEGINNINGS.lastIndex = 0
  for (let begin = BEGINNINGS.exec(text); begin !== null; begin = BEGINNINGS.exec(text)) {
    for (const { rule, shape } of TOKENS) {
      shape.lastIndex = begin.index
      const found = shape.exec(text)?.[0]
      if (found !== undefined && !isSample(found)) return rule
    }
    BEGINNINGS.lastIndex = begin.index + 1
  }
  return null
}

function isSample(found: string): boolean {
  if (/example|your|placeholder/i.test(found)) return true
  const body = found.slice(Math.min(12, Math.floor(found.length / 3)))
  return new Set(body.toLowerCase()).size <= 4
}
