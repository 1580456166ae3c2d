/** The configuration block of the policy's section 14, as it stands there. */
export const policyYaml = `
release: { required: true, dueAfter: 1bd, remindAfter: 4bh, autoRelease: [] }
calendar: { workingHours: "09:00-17:00", workingDays: [mon, tue, wed, thu, fri], publicHolidays: true }
lastDay: { custodianAt: "12:00", movesAt: "18:00", ends: "24:00", employmentEnds: "24:00" }
urgent: { whenAtMost: 1bd, release: 2bh, approval: 2bh, escalateAt: [1bh, 2bh, 3bh], custodianAfterTold: 1bh, movesAfterTold: 1bh }  # whenAtMost PT0S: never
decisions: { bareSignals: after-team }   # never, after-team, always
brake: { people: 10, share: 0.02, within: PT1H }
circle: { sharedMailboxes: false, minimum: 2 }
approvals:
  unit: step
  due: { shareOfRemaining: 0.10, min: 4bh, max: 2bd }
  remindAt: 0.5
  escalateAt: [1.0, 1.5]
  silence: custodian
  maxSingleQuestions: 12
  coOwner: heard
  reapproveIfChanged: { share: 0.05, tierA: any }
introductions:
  per: account
  tiers: { A: { cap: 15, method: joint-call }, B: { cap: 45, method: email }, C: { method: notice }, D: { method: none } }
  leaverTimeShare: 0.30
  perDay: { leaver: 8, successor: 12 }
  emailDoneWhen: { sent: true, successorContactWithin: 5bd }
  contactConfirmationLink: false
  window: { walkThrough: [0.20, 0.85], callsBookedBy: 0.30, calls: [0.30, 0.85], mails: [0.30, 0.90], recheckFit: 0.60 }
  call: { length: PT30M, proposals: 3, notice: 1bd }
messages: { digest: { at: "08:30", every: P1D }, nameInSubjectBefore: never-until-team-told, trackingPixel: false }
transfer:
  canary: { records: 3, pause: PT15M }
  window: "18:00-07:00"
  keepDealsClosingWithin: 5bd
  undo: P30D
  sweep: { daily: P30D, again: P90D }
  rescissionAfterTold: propose
debts: { followUp: [5bd, 15bd, 30bd], then: ask-manager }
gradual: { from: P4M, stages: [shadow, joint, lead, alone], perMonth: 6, noNewIn: 15bd }
alumni: { askFrom: 10bd, inviteAfterEnd: P7D, remind: P14D, eraseAfterReminder: P14D, base: end-of-employment }
checkIns: { offsets: [P1M, P3M, P6M, P12M], days: [tue, wed, thu], jitter: 3bd, hours: "10:00-15:00", skipHolidays: true, quiet: ["07-15/08-15", "12-20/01-05"], retirees: [P1M, P6M, P12M], lastSilence: { remind: P30D, erase: P60D } }
mailbox: { DK: P3M, BE: P1M, NL: P1M, default: P1M, keyRole: { DK: P6M, BE: P3M, NL: P3M } }
retention: { snapshot: P12M, contactNotes: P12M, decisions: P24M, deliveries: P30D, histories: P30D, linkedinFile: P30D, suppressionHash: P24M }
observe: { warnBefore: P30D }
scores: [P90D, P180D]
network: { enabled: false, worksCouncil: null, dpia: null }
forecast: { retirement: stated-plans-only, minimumGroup: 5 }
`;
