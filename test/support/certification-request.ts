import { webcrypto } from 'node:crypto';
import { x509 } from './peculiar.ts';
