export { employment } from './employment.js';
export { handover } from './handover.js';
export { restore, transfer } from './pages.js';
export { introductions, membership } from './people.js';
export { bounces, followUp, reconcile, sweep } from './schedules.js';
