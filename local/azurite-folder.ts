/** Environment variable in which startAzurite tells the process of Azurite which folder is its own. */
export const AZURITE_FOLDER = 'LOCAL_AZURITE_FOLDER';

/** What the name of that folder begins with; it lies right below the folder for temporary files. */
export const AZURITE_FOLDER_PREFIX = 'azurite-';
