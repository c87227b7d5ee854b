import { documentsInMemory } from '../../shared/documents-in-memory.ts';
import { documentsContract } from './ports/documents.contract.ts';

documentsContract(async () => documentsInMemory());
