export { employment } from './employment.js';
export { handover } from './handover.js';
export { restore, transfer } from './pages.js';
export { reconcile, sweep } from './schedules.js';
