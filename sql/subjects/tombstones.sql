select tombstone from uxpipeline.erased_sessions;
