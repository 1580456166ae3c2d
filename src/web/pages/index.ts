import { linkPurposes, type LinkPurpose } from '../../store/links.js';
import type { LinkPage } from '../parts.js';
import { addressPage } from './address.js';
import { alumniPage } from './alumni.js';
import { checkInPage } from './checkIn.js';
import { confirmPage } from './confirm.js';
import { contactPage } from './contact.js';
import { debtsPage } from './debts.js';
import { heldDataPage } from './heldData.js';
import { listPage } from './list.js';
import { planPage } from './plan.js';
import { unsubscribePage } from './unsubscribe.js';
import { workPage } from './work.js';

/** The page behind each purpose of a link. */
export const pages: Readonly<Record<LinkPurpose, LinkPage>> = {
  address: addressPage,
  confirm: confirmPage,
  alumni: alumniPage,
  'check-in': checkInPage,
  'held-data': heldDataPage,
  plan: planPage,
  list: listPage,
  work: workPage,
  contact: contactPage,
  debts: debtsPage,
  unsubscribe: unsubscribePage,
};

/** A column's text as a purpose; null for one that this version has no page for. */
export function purposeOf(text: string): LinkPurpose | null {
  return linkPurposes.find((purpose) => purpose === text) ?? null;
}
