import type { Language } from '../domain/words.js';
import { asHtml } from './html.js';
import { alumniInvitation, alumniReminder, confirmAddress, farewellMail } from './letters/alumni.js';
import type { AlumniLetter, AlumniReminderLetter, ConfirmAddressLetter, FarewellLetter } from './letters/alumni.js';
import { approvalEscalation, approvalReminder, approvalRequest } from './letters/approver.js';
import type { ApprovalLetter, EscalationLetter } from './letters/approver.js';
import { callCancelledMail, callMail, nothingChangesDraft } from './letters/call.js';
import type { CallCancelledLetter, CallLetter, NothingChangesLetter } from './letters/call.js';
import {
  contactErrandMail,
  firstCheckIn,
  lastCheckIn,
  lastCheckInReminder,
  sixthCheckIn,
  talkWanted,
  thirdCheckIn,
  type AdviceCheckIn,
  type ContactErrandLetter,
  type FirstCheckIn,
  type LastCheckIn,
  type LastReminder,
  type SixthCheckIn,
  type TalkLetter,
  type ThirdCheckIn,
} from './letters/checkIns.js';
import { introductionMail, noteMail, type IntroductionLetter, type NoteLetter } from './letters/contact.js';
import type { Draft } from './letters/draft.js';
import { walkThroughInvitation, type WalkThroughLetter } from './letters/leaver.js';
import { custodianNotice, debtQuestion, restoreProposal } from './letters/manager.js';
import type { CustodianLetter, DebtLetter, RestoreLetter } from './letters/manager.js';
import { accessNotice, digestMail, needMail, releaseRequest } from './letters/staff.js';
import type { AccessLetter, DigestLetter, NeedLetter, ReleaseLetter } from './letters/staff.js';
import { asText } from './text.js';

/** Everything that Baton writes, by its id; facts are resolved already, days are `YYYY-MM-DD`, links are whole URLs. */
export type Letter =
  | ReleaseLetter
  | ApprovalLetter
  | EscalationLetter
  | CustodianLetter
  | RestoreLetter
  | DebtLetter
  | WalkThroughLetter
  | IntroductionLetter
  | NoteLetter
  | CallLetter
  | CallCancelledLetter
  | NothingChangesLetter
  | ConfirmAddressLetter
  | NeedLetter
  | DigestLetter
  | AccessLetter
  | AlumniProgrammeLetter;

/** What an alumnus gets, and what follows from it. */
type AlumniProgrammeLetter =
  | AlumniLetter
  | AlumniReminderLetter
  | FarewellLetter
  | FirstCheckIn
  | ThirdCheckIn
  | SixthCheckIn
  | AdviceCheckIn
  | LastCheckIn
  | LastReminder
  | TalkLetter
  | ContactErrandLetter;

/** A letter ready to go; `subject` is one line, `text` says all that `html` says. */
export interface Rendered {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Writes a letter; throws when a fact is missing, since a letter with a hole must not leave. */
export function render(letter: Letter, language: Language): Rendered {
  const draft = draftOf(letter, language);
  return { subject: draft.subject, text: asText(draft.blocks), html: asHtml(draft, language) };
}

function draftOf(letter: Letter, language: Language): Draft {
  switch (letter.id) {
    case 'release-request':
    case 'release-reminder':
      return releaseRequest(letter, language);
    case 'T1':
      return approvalRequest(letter, language);
    case 'T1R':
      return approvalReminder(letter, language);
    case 'T1E':
      return approvalEscalation(letter, language);
    case 'custodian-notice':
      return custodianNotice(letter, language);
    case 'restore-proposal':
      return restoreProposal(letter, language);
    case 'debt-question':
      return debtQuestion(letter, language);
    case 'T2':
      return walkThroughInvitation(letter, language);
    case 'T3':
      return introductionMail(letter, language);
    case 'N1':
      return noteMail(letter, language);
    case 'call-invitation':
      return callMail(letter, language);
    case 'call-cancelled':
      return callCancelledMail(letter, language);
    case 'rescission-draft':
      return nothingChangesDraft(letter, language);
    case 'confirm-address':
      return confirmAddress(letter, language);
    case 'digest':
      return digestMail(letter, language);
    case 'it-warning':
    case 'it-safe':
      return accessNotice(letter, language);
    case 'need-parked':
    case 'need-restore':
    case 'need-held':
    case 'need-evidence':
      return needMail(letter, language);
    default:
      return alumniDraft(letter, language);
  }
}

function alumniDraft(letter: AlumniProgrammeLetter, language: Language): Draft {
  switch (letter.id) {
    case 'T4':
      return alumniInvitation(letter, language);
    case 'T4R':
      return alumniReminder(letter, language);
    case 'T5':
      return farewellMail(letter, language);
    case 'C1':
      return firstCheckIn(letter, language);
    case 'C3':
      return thirdCheckIn(letter, language);
    case 'C6':
      return sixthCheckIn(letter, language);
    case 'C12':
      return lastCheckIn(letter, language);
    case 'C12R':
      return lastCheckInReminder(letter, language);
    case 'talk-wanted':
      return talkWanted(letter, language);
    case 'contact-errand':
      return contactErrandMail(letter, language);
    default:
      return letter satisfies never;
  }
}
