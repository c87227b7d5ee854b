import { counted } from '../support/counts.ts';
import { describeYears } from '../support/years-tests.ts';

// RETIRE=overlap is what the odd seeds live with. A file of their own, so that two run side by side.
describeYears([1], counted(100, 3650), (seed) => seed % 2 === 1);
