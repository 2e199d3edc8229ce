/** The console: pages in which an operator reads and changes a running cluster. */
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queries } from '../rest/queries.ts';
import { Console } from './console.tsx';
import { resumeSession } from './enter.ts';
import '../styles/index.css';

const page = document.getElementById('page');
void resumeSession();
if (page !== null)
  createRoot(page).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <Console />
      </QueryClientProvider>
    </StrictMode>,
  );
