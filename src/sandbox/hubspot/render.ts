import { defaultProperties } from './properties.js';
import { type CrmRecord, type ObjectType, type Properties, objectTypeId } from './types.js';

/** The portal that the stand-in plays. */
export const PORTAL_ID = 7_400_001;

/** A record as answers carry it. */
export type Rendered = {
  id: string;
  properties: Record<string, string | null>;
  createdAt: string;
  updatedAt: string;
  archived: boolean;
  url: string;
};

/** Shows the asked properties (unknown ones are passed over, as the vendor does) and the three that always come. */
export function render(type: ObjectType, record: CrmRecord, stored: Properties, asked: readonly string[]): Rendered {
  const id = String(record.id);
  const properties: Record<string, string | null> = {};
  for (const name of asked.length === 0 ? defaultProperties[type] : asked) properties[name] = stored[name] ?? null;
  properties['createdate'] = stored['createdate'] ?? null;
  properties['hs_lastmodifieddate'] = stored['hs_lastmodifieddate'] ?? null;
  if (type === 'contacts') properties['lastmodifieddate'] = stored['hs_lastmodifieddate'] ?? null;
  properties['hs_object_id'] = id;
  return {
    id,
    properties,
    createdAt: stored['createdate'] ?? '',
    updatedAt: stored['hs_lastmodifieddate'] ?? '',
    archived: record.archived,
    url: `https://app.hubspot.com/contacts/${String(PORTAL_ID)}/record/${objectTypeId(type)}/${id}`,
  };
}
