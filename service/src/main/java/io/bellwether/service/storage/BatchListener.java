package io.bellwether.service.storage;

/** Hears of each batch of the log on its way to the disk. Called on the disk's thread: cheap, and never blocks. */
public interface BatchListener {
    /** A batch begins to be written. */
    void writing();

    /** It is durable, and nobody was told yet. */
    void written();

    /** Hears nothing. */
    BatchListener NONE = new BatchListener() {
        @Override
        public void writing() {}

        @Override
        public void written() {}
    };
}
