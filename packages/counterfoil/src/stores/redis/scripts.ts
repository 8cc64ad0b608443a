import { hash } from 'node:crypto'
import { STEPS_UNNAMED } from './keys.ts'

/**
 * What runs inside the server. Redis runs one script at a time and nothing else meanwhile (Redis manual, "Scripting with
 * Lua": "atomic execution"), so that what a script compares is still so when it writes. A script looks at a receipt's
 * head by its fixed places (packing.ts; Lua counts from 1), and its clock is the server's own (TIME).
 */
export interface Script {
  readonly name: string
  readonly text: string
  readonly sha: string
}

const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)`

/** A whole number as Redis takes it: Lua would write a large one with an exponent. */
const WHOLE = `
local function whole(ms) return string.format('%.0f', math.ceil(ms)) end`

/** Whoever waits is told, if somebody waits. */
const TELL = `
local function tell(stored) if string.byte(stored, 2) == 49 then redis.call('PUBLISH', KEYS[1], '') end end`

/** Runs for each of its keys by itself, and answers with a list: keys that have nothing to do with each other may share one. */
export interface ScriptForEach extends Script {
  readonly forEach: true
}

/**
 * The first claim of a key, or what is stored under it.
 * For each key: receipt with its times left open, lease, from the lease's end until due, from now until forgotten or ''.
 * What Redis is to count is told as the client's text: to make one of a number costs 3 µs.
 */
export const claimFirst: ScriptForEach = forEach(
  'claim',
  4,
  `
local stored = redis.call('GET', key)
if stored then return {stored, now} end
local receipt, ends = ARGV[at + 1], now + ARGV[at + 2]
receipt = string.sub(receipt, 1, 6) .. struct.pack('>dddd', ends, ends + ARGV[at + 3], now, now) .. string.sub(receipt, 39)
if ARGV[at + 4] == '' then
  redis.call('SET', key, receipt)
else
  redis.call('SET', key, receipt, 'PX', ARGV[at + 4])
end
return now`,
)

/**
 * The end of an attempt whose receipt is as it was claimed, but for its lease.
 * For each key: the new receipt with its times left open; where its head ends, which is to be as the stored one's from the
 * time of the claim on; from now: until due, until forgotten.
 *
 * The receipt goes from the client into the key as it is, and its times are put into it there: to compose it in Lua, which
 * copies and collects every text, took the server 19 and 20 µs, and this 14 and 19 (outcomes of 1.2 KB, two readings by
 * INFO commandstats on a loaded machine).
 */
export const settleUnchanged: ScriptForEach = forEach(
  'settle',
  4,
  `
local receipt, last = ARGV[at + 1], ARGV[at + 2]
local head = redis.call('GETRANGE', key, 0, last)
local claimed = string.sub(receipt, 23, last + 1)
if string.find(head, '0r', 3, true) == 3 and string.find(head, claimed, 23, true) == 23 then
  redis.call('SET', key, receipt, 'PX', ARGV[at + 4])
  redis.call('SETRANGE', key, 6, struct.pack('>dd', now, now + ARGV[at + 3]))
  if string.byte(head, 2) == 49 then redis.call('PUBLISH', key, '') end
  return now
end
return {redis.call('GET', key), now}`,
)

/**
 * Any other change: made only if the receipt is still the one that it was decided upon, and its steps are named if it has any.
 * KEYS: receipt; its steps, where it has any: `STEPS_UNNAMED` says why. ARGV: the stand that was decided upon; new receipt, or '' to remove it; when it is
 * forgotten, or ''; 'keep' or 'drop' the steps.
 */
export const replace: Script = script(
  'replace',
  `${NOW}${WHOLE}${TELL}
local stored = redis.call('GET', KEYS[1])
if not stored or string.sub(stored, 4, 3 + #ARGV[1]) ~= ARGV[1] then return {stored, now} end
local steps = string.sub(stored, 3, 3)
if steps == '1' and not KEYS[2] then return {stored, now} end
if ARGV[4] == 'drop' and steps == '1' then
  redis.call('DEL', KEYS[2])
  steps = '0'
end
if ARGV[2] == '' then
  redis.call('DEL', KEYS[1])
else
  local receipt = string.sub(ARGV[2], 1, 1) .. '0' .. steps .. string.sub(ARGV[2], 4)
  if ARGV[3] == '' then
    redis.call('SET', KEYS[1], receipt)
    if steps == '1' then redis.call('PERSIST', KEYS[2]) end
  else
    redis.call('SET', KEYS[1], receipt, 'PXAT', whole(ARGV[3]))
    if steps == '1' then redis.call('PEXPIREAT', KEYS[2], whole(ARGV[3])) end
  end
end
tell(stored)
return 1`,
)

/** KEYS: receipt; its steps. ARGV: fence, lease. */
export const renew: Script = script(
  'renew',
  `${NOW}${WHOLE}
local stored = redis.call('GET', KEYS[1])
if not stored or string.sub(stored, 4, 4) ~= 'r' or string.sub(stored, 43, 42 + #ARGV[1]) ~= ARGV[1] then return 0 end
local life = string.sub(stored, 5, 5)
local steps = life == 'r' and string.sub(stored, 3, 3) == '1'
if steps and not KEYS[2] then return ${STEPS_UNNAMED} end
local ended, due = struct.unpack('>dd', stored, 7)
local ends = now + ARGV[2]
if life ~= 'd' then due = due + (ends - ended) end
redis.call('SETRANGE', KEYS[1], 6, struct.pack('>dd', ends, due))
if life == 'r' then
  redis.call('PEXPIREAT', KEYS[1], whole(due))
  if steps then redis.call('PEXPIREAT', KEYS[2], whole(due)) end
end
return 1`,
)

/** KEYS: receipt, its steps. ARGV: fence, step, result. The first result of a step stays. */
export const saveStep: Script = script(
  'save step',
  `${WHOLE}
local stored = redis.call('GET', KEYS[1])
if not stored or string.sub(stored, 4, 4) ~= 'r' or string.sub(stored, 43, 42 + #ARGV[1]) ~= ARGV[1] then return 0 end
redis.call('HSETNX', KEYS[2], ARGV[2], ARGV[3])
redis.call('SETRANGE', KEYS[1], 2, '1')
if string.sub(stored, 5, 5) == 'r' then
  local _, due = struct.unpack('>dd', stored, 7)
  redis.call('PEXPIREAT', KEYS[2], whole(due))
end
return 1`,
)

/** KEYS: steps. As a script, whose answer is a list whichever protocol the client speaks. */
export const readSteps: Script = script('read steps', `return redis.call('HGETALL', KEYS[1])`)

/** KEYS: receipt. */
export const read: Script = script('read', `${NOW}\nreturn {redis.call('GET', KEYS[1]), now}`)

/**
 * What a watch compares, and a mark that somebody waits; a success never changes, and needs none.
 * KEYS: receipt.
 */
export const look: Script = script(
  'look',
  `
local head = redis.call('GETRANGE', KEYS[1], 0, 45)
if head == '' then return '' end
if string.byte(head, 2) == 48 and string.sub(head, 4, 4) ~= 's' then redis.call('SETRANGE', KEYS[1], 1, '1') end
return string.sub(head, 4, 6) .. string.sub(head, 23)`,
)

/**
 * One stretch of this node's keys: of each receipt that may be meant, its key and its head, and how long it is where that
 * is asked. It reads nothing else, so that it takes the same time whatever the receipts hold.
 * Before them, where to go on, and how many receipts were looked at.
 * ARGV: cursor, pattern, keys to look at; the states that are meant, or ''; no later than: at, due, created; and
 * created no earlier than; 'length' or ''.
 */
export const scan: Script = script(
  'scan',
  `
local page = redis.call('SCAN', ARGV[1], 'MATCH', ARGV[2], 'COUNT', ARGV[3])
local found = {page[1], #page[2]}
local last_at, last_due = tonumber(ARGV[5]), tonumber(ARGV[6])
local last_created, first_created = tonumber(ARGV[7]), tonumber(ARGV[8])
for _, key in ipairs(page[2]) do
  local head = redis.pcall('GETRANGE', key, 0, 45)
  if type(head) == 'string' and #head == 46 then
    local at, due, _, created = struct.unpack('>dddd', head, 7)
    if at <= last_at and due <= last_due and created <= last_created and created >= first_created
      and (ARGV[4] == '' or string.find(ARGV[4], string.sub(head, 4, 4), 1, true)) then
      found[#found + 1] = key
      found[#found + 1] = head
      found[#found + 1] = ARGV[9] == 'length' and redis.call('STRLEN', key) or 0
    end
  end
end
return found`,
)

/**
 * What fails for one key fails for it alone: its error stands in its place in the list, from its code on, before which some
 * versions say where it happened.
 * @param takes arguments for each key; the body has the `key`, and its own from `ARGV[at + 1]` on.
 */
function forEach(name: string, takes: number, body: string): ScriptForEach {
  const text = `${NOW}
local function one(key, at)${body}
end
local answers = {}
for n, key in ipairs(KEYS) do
  local went, answer = pcall(one, key, (n - 1) * ${takes})
  if not went and type(answer) == 'string' then
    answer = redis.error_reply(string.match(answer, '%u+ .*') or 'ERR ' .. answer)
  end
  answers[n] = answer
end
return answers`
  return { ...script(name, text), forEach: true }
}

function script(name: string, text: string): Script {
  return { name, text: text.trim(), sha: hash('sha1', text.trim(), 'hex') }
}
