package io.bellwether.service.trial;

import java.nio.file.Path;

/** A file that is stored under a key. */
record StoredFile(Path path, String key) {}
