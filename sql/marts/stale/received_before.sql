select closed_received_before, received_before from uxpipeline.mart_state;
