import { counted } from '../support/counts.ts';
import { describeYears } from '../support/years-tests.ts';

// RETIRE=expired is what the even seeds live with.
describeYears([6], counted(60, 3650), (seed) => seed % 2 === 0);
