import type { VendorDefinition } from '../ports/vendor.js';
import { bamboohr } from './bamboohr/index.js';
import { hubspot } from './hubspot/index.js';

/** Every vendor that Baton knows; a new one is its folder and one line here. */
export const vendors: readonly VendorDefinition[] = [
  bamboohr, //
  hubspot,
];

/** The vendor of this name, as `baton.yaml` spells it; undefined when there is none. */
export function findVendor(name: string): VendorDefinition | undefined {
  return vendors.find((vendor) => vendor.name === name);
}
