import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type MarcRecord } from '../marc/record.ts';
