import { writeFileSync } from 'node:fs';
import { configSchemaText } from './config/jsonSchema.js';
import { vendors } from './vendors/registry.js';

writeFileSync('baton.schema.json', configSchemaText(vendors));
